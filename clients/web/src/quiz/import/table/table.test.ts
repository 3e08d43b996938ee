import { describe, expect, test } from "vitest";
import { read } from "../testing";

const BIRDS = ["single: Can it fly? [hen | *kite | emu]", "single: Which swims? [*duck | owl]"];

describe("tables", () => {
  test.each([
    [
      "Kahoot's template",
      'Quiz template,,,,,,,\n,Add questions. Have fun!,,,,,,\n,Question - max 120 characters,Answer 1 - max 75 characters,Answer 2 - max 75 characters,Answer 3 - max 75 characters,Answer 4 - max 75 characters,"Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs",Correct answer(s) - choose at least one\n1,Can it fly?,hen,kite,emu,,20,2\n2,Which swims?,duck,owl,,,30,1\n3,,,,,,,\n',
    ],
    [
      "Blooket",
      '"Blooket\nImport Template",,,,,,,\nQuestion #,Question Text,Answer 1,Answer 2,"Answer 3\n(Optional)","Answer 4\n(Optional)","Time Limit (sec)\n(Max: 300 seconds)","Correct Answer(s)\n(Only include Answer #)"\n1,Can it fly?,hen,kite,emu,,20,2\n2,Which swims?,duck,owl,,,20,1\n',
    ],
    ["Blooket without headings", ",,,,,,,\n1,Can it fly?,hen,kite,emu,,20,2\n2,Which swims?,duck,owl,,,20,1\n"],
    [
      "Wayground (Quizizz)",
      "Question Text,Question Type,Option 1,Option 2,Option 3,Correct Answer,Time in seconds,Image Link,Answer explanation\nCan it fly?,Multiple Choice,hen,kite,emu,2,30,,\nWhich swims?,Multiple Choice,duck,owl,,1,30,,\n",
    ],
    [
      "Socrative",
      'Instructions,,,,,,,\nQuiz Name:,Birds,,,,,,\nQuestion Type,Question,"If Multiple Choice, Answer A:",Answer B:,Answer C:,Answer D:,Correct Answer,Explanation\nMultiple Choice,Can it fly?,hen,kite,emu,,B,\nMultiple Choice,Which swims?,duck,owl,,,A,\n',
    ],
    [
      "Socrative's template with headings on two rows",
      "Instructions:,,,,,,\n1. Quiz Name:,Birds,,,,,\n2. Question Type:,3. Question:,4. If Multiple Choice Question: fill in the answers,,,5. Optional (choose the right one),\n,,Answer A:,Answer B:,Answer C:,Correct Answer,Correct Answer\nMultiple choice,Can it fly?,hen,kite,emu,B,\nMultiple choice,Which swims?,duck,owl,,A,\n",
    ],
    [
      "Kahoot's template in French",
      ",Question - 120 caractères max.,Réponse 1 - 75 caractères max.,Réponse 2 - 75 caractères max.,Réponse 3 - 75 caractères max.,Limite de temps (sec.),Bonne(s) réponse(s) - choisissez-en au moins une\n1,Can it fly?,hen,kite,emu,20,2\n2,Which swims?,duck,owl,,30,1\n",
    ],
    [
      "Kahoot's template in Spanish",
      ",Pregunta: máx. 120 caracteres,Respuesta 1: máx. 75 caracteres,Respuesta 2: máx. 75 caracteres,Respuesta 3: máx. 75 caracteres,Límite de tiempo (s),Respuesta(s) correcta(s): elige al menos una\n1,Can it fly?,hen,kite,emu,20,2\n2,Which swims?,duck,owl,,30,1\n",
    ],
    [
      "Kahoot's template in Japanese",
      ",問題 - 最大120文字,回答1 - 最大75文字,回答2 - 最大75文字,回答3 - 最大75文字,制限時間（秒）,正解 - 少なくとも1つを選択してください\n1,Can it fly?,hen,kite,emu,20,2\n2,Which swims?,duck,owl,,30,1\n",
    ],
    [
      "an unknown heading behind the options",
      "Question,Answer 1,Answer 2,Answer 3,Zzz,Correct\nCan it fly?,hen,kite,emu,20,2\nWhich swims?,duck,owl,,30,1\n",
    ],
    [
      "all options in one cell",
      "id,question,choices,answer\n1,Can it fly?,hen|kite|emu,kite\n2,Which swims?,duck|owl,duck\n",
    ],
    [
      "a list of Python in one cell",
      "question,choices,answer\nCan it fly?,\"['hen', 'kite', 'emu']\",1\nWhich swims?,\"['duck', 'owl']\",0\n",
    ],
    [
      "options with letters in one cell",
      "question,answers,correct answer\nCan it fly?,A) hen B) kite C) emu,B\nWhich swims?,A) duck B) owl,A\n",
    ],
    ["headings that nobody knows", "w,x,y,z,q\nCan it fly?,hen,kite,emu,2\nWhich swims?,duck,owl,,1\n"],
    [
      "a table of Markdown",
      "| Question | A | B | C | Answer |\n|---|:--|--:|---|---|\n| Can it fly? | hen | kite | emu | B |\n| Which swims? | duck | owl | | A |\n",
    ],
    [
      "the heading of the right option",
      "question,option_a,option_b,option_c,answer\nCan it fly?,hen,kite,emu,option_b\nWhich swims?,duck,owl,,option_a\n",
    ],
    [
      "the text of the right answer",
      "question;a;b;c;correct\nCan it fly?;hen;kite;emu;kite\nWhich swims?;duck;owl;;duck\n",
    ],
    ["letters", "Frage;A;B;C;Richtige Antwort\nCan it fly?;hen;kite;emu;B\nWhich swims?;duck;owl;;a)\n"],
    [
      "places from 0",
      "question,option_1,option_2,option_3,correct_index\nCan it fly?,hen,kite,emu,1\nWhich swims?,duck,owl,,0\n",
    ],
    [
      "Excel's sep= and its quotes",
      'sep=;\n"Question";"Answer 1";"Answer 2";"Answer 3";"Correct"\n"Can it fly?";"hen";"kite";"emu";"2"\n"Which swims?";"duck";"owl";"";"1"\n',
    ],
    [
      "tabs",
      "Question\tOption A\tOption B\tOption C\tAnswer\nCan it fly?\then\tkite\temu\tOption B\nWhich swims?\tduck\towl\t\tOption A\n",
    ],
    [
      "a damaged heading",
      "Question #,Question Text,Answer 1,kite,emu,Time Limit (sec),Correct Answer(s)\n1,Can it fly?,hen,kite,emu,20,2\n2,Which swims?,duck,owl,,20,1\n",
    ],
  ])("%s", (_, text) => {
    expect(read(text).lines).toEqual(BIRDS);
  });

  test("Gimkit: right and wrong answers in columns of their own", () => {
    expect(
      read(
        "Gimkit Spreadsheet Import Template,,,\nQuestion,Correct Answer,Incorrect Answer 1,Incorrect Answer 2 (Optional)\nCan it fly?,kite,hen,emu\nWhich swims?,duck,owl,\n",
      ).lines,
    ).toEqual(["single: Can it fly? [*kite | hen | emu]", "single: Which swims? [*duck | owl]"]);
  });

  test("wrong answers in one cell are parted by commas only where the right one has none", () => {
    expect(
      read('question,correct_answer,incorrect_answers\nFly?,kite,"hen, emu"\nWhere?,"Rome, Italy","Bonn, Germany"\n')
        .lines,
    ).toEqual(["single: Fly? [*kite | hen | emu]", "single: Where? [*Rome, Italy | Bonn, Germany]"]);
  });

  test("several right answers, also where options have commas in them", () => {
    expect(
      read(
        'Question,Option 1,Option 2,Option 3,Correct answer\nFly?,hen,kite,owl,"2, 3"\nPairs?,"salt, pepper",bread,"oil, vinegar","salt, pepper, oil, vinegar"\nWords?,a,b,c,b and c\n',
      ).lines,
    ).toEqual([
      "multiple: Fly? [hen | *kite | *owl]",
      "multiple: Pairs? [*salt, pepper | bread | *oil, vinegar]",
      "multiple: Words? [a | *b | *c]",
    ]);
  });

  test("the kinds that Wayground names", () => {
    expect(
      read(
        'Question Text,Question Type,Option 1,Option 2,Option 3,Correct Answer,Time in seconds\nPick,Checkbox,a,b,c,"1,3",20\nGap,Fill-in-the-Blank,sun,Sol,,,20\nThink,Open-Ended,,,,,60\nLike?,Poll,tea,milk,,,20\nDraw!,Draw,,,,,20\n',
      ),
    ).toMatchObject({
      lines: ["multiple: Pick [*a | b | *c]", "text: Gap = sun | Sol", "open: Think", "poll: Like? [tea | milk]"],
      said: ["row 6: unsupported “Draw!”"],
    });
  });

  test("numbers as options: whether the right one is a place or a text is decided over all rows", () => {
    expect(read("Question,Option 1,Option 2,Option 3,Answer\n1+1?,1,2,3,2\n1+4?,4,5,6,5\n").lines).toEqual([
      "single: 1+1? [1 | *2 | 3]",
      "single: 1+4? [4 | *5 | 6]",
    ]);
    expect(
      read("Question,Answer 1,Answer 2,Answer 3,Time limit,Correct answer\n1+1?,1,2,3,20,2\n1+4?,5,4,6,20,1\n").lines,
    ).toEqual(["single: 1+1? [1 | *2 | 3]", "single: 1+4? [*5 | 4 | 6]"]);
  });

  test("rows that are no question are named with their number", () => {
    expect(
      read(
        "Question,Answer 1,Answer 2,Correct\nGood?,yes,perhaps,1\n,x,y,1\nNo answer,x,y,\nOne option,x,,1\nElsewhere,x,y,7\n",
      ).said,
    ).toEqual([
      "row 3: no_text “x”",
      "row 4: no_right_answer “No answer”",
      "row 5: one_option “One option”",
      "row 6: right_answer_unclear “Elsewhere”",
    ]);
  });

  test("an empty template says so", () => {
    expect(read("Question,Correct Answer,Incorrect Answer 1\n").said).toEqual(["file: no_questions"]);
  });

  test("a person's word about the columns counts", () => {
    const text = "x,y,z,w\nhen,Can it fly?,kite,2\nduck,Which swims?,owl,1\n";
    expect(
      read(text, { correction: { heading: 0, columns: ["option", "question", "option", "correct"] } }).lines,
    ).toEqual(["single: Can it fly? [hen | *kite]", "single: Which swims? [*duck | owl]"]);
  });
});
