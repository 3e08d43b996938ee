import { describe, expect, test } from "vitest";
import { read } from "../testing";

describe("plain text and Markdown", () => {
  test.each([
    [
      "answers below",
      "1. Capital of France?\nA) Rome\nB) Paris\nAnswer: B\n\n2) Largest?\n(a) Mars\n(b) Jupiter\nCorrect answer: (b) Jupiter",
    ],
    ["stars and ticks", "1. Capital of France?\na. Rome\n*b. Paris\n\n2. Largest?\na) Mars\nb) Jupiter ✓"],
    ["bold", "**1. Capital of France?**\n- A) Rome\n- **B) Paris**\n\n**2. Largest?**\n- A) Mars\n- **B) Jupiter**"],
    ["boxes", "# Test\n\n## Capital of France?\n- [ ] Rome\n- [x] Paris\n\n## Largest?\n- [ ] Mars\n- [X] Jupiter"],
    ["emoji", "Capital of France?\n❌ Rome\n✅ Paris\n\nLargest?\n❌ Mars\n✅ Jupiter"],
    ["words in brackets", "Capital of France?\n- Rome\n- Paris (correct)\n\nLargest?\n- Mars\n- Jupiter (richtig)"],
    [
      "a key at the end",
      "1. Capital of France?\nA. Rome\nB. Paris\n\n2. Largest?\nA. Mars\nB. Jupiter\n\nAnswer key:\n1. B\n2. B",
    ],
    [
      "a key on one line",
      "1. Capital of France?\nA. Rome\nB. Paris\n\n2. Largest?\nA. Mars\nB. Jupiter\n\nAnswers: 1-B, 2-B",
    ],
    [
      "a code fence around all",
      "```\nCapital of France?\nA) Rome\nB) Paris\nAnswer: B\n\nLargest?\nA) Mars\nB) Jupiter\nAnswer: B\n```",
    ],
    [
      "options on one line",
      "1. Capital of France? A) Rome B) Paris\nAnswer: B\n2. Largest? A) Mars B) Jupiter\nAnswer: B",
    ],
    [
      "German",
      "Frage 1: Capital of France?\nA) Rome\nB) Paris\nRichtige Antwort: B\n\nFrage 2: Largest?\nA) Mars\nB) Jupiter\nLösung: B",
    ],
    ["stars at the end", "1. Capital of France?\nA. Rome\nB. Paris*\n\n2. Largest?\nA. Mars\nB. Jupiter*"],
    [
      "an introduction of a chat",
      "Sure! Here is your quiz:\n\n**Question 1**\nCapital of France?\nA. Rome\nB. Paris\n**Answer: B**\n\n**Question 2**\nLargest?\nA. Mars\nB. Jupiter\n**Answer: B**\n\nGood luck!",
    ],
    [
      "spoilers",
      "1. Capital of France?\nA) Rome\nB) Paris\n> Answer: Paris\n\n2. Largest?\nA) Mars\nB) Jupiter\n> Answer: Jupiter",
    ],
    ["exclamation marks", "* Capital of France?\n    - Rome\n    - !Paris\n\n* Largest?\n    - Mars\n    - !Jupiter"],
    [
      "answers as letters alone",
      "Capital of France?\n\nA. Rome\n\nB. Paris\n\nB\n\nLargest?\n\na. Mars\n\nb. Jupiter\n\nb",
    ],
    ["lines with a star", "1. Capital of France?\nRome\n*Paris\n\n2. Largest?\nMars\n*Jupiter"],
    [
      "a list that lost its letters",
      "1. Capital of France?\nRome\nParis\nAnswer: B\n\n2. Largest?\nMars\nJupiter\nAnswer: Jupiter",
    ],
    [
      "options numbered below the question",
      "1. Capital of France?\n    1. Rome\n    2. Paris\n\n    Answer: 2\n\n2. Largest?\n    1. Mars\n    2. Jupiter\n\n    Answer: 2",
    ],
    [
      "a conversation",
      "[10:02, 12.3.2024] Anna: Frage 1: Capital of France?\n[10:02, 12.3.2024] Anna: a) Rome\n[10:02, 12.3.2024] Anna: b) Paris *\n[10:03, 12.3.2024] Anna: Frage 2: Largest?\na) Mars\nb) Jupiter *",
    ],
    [
      "an exported conversation",
      "3/12/24, 10:02 AM - Anna: 1. Capital of France?\na) Rome\nb) Paris ✅\n3/12/24, 10:03 AM - Ben: 2. Largest?\na) Mars\nb) Jupiter ✅",
    ],
    [
      "stars in a code fence",
      "```\nQ1: Capital of France?\n- Rome\n- Paris *\n\nQ2: Largest?\n- Mars\n- Jupiter *\n```",
    ],
    [
      "ExamView",
      "Multiple Choice\n\n1.  Capital of France?\n    a.  Rome\n    b.  Paris\n    ANS: B    PTS: 1\n\n2.  Largest?\n    a.  Mars\n    b.  Jupiter\n    ANS: B    PTS: 1    DIF: Easy",
    ],
    [
      "Japanese",
      "問題1 Capital of France?\nA. Rome\nB. Paris\n答え：B\n\n第2問 Largest?\nA. Mars\nB. Jupiter\n正解：B",
    ],
    [
      "answers that are hidden",
      "### 1. Capital of France?\n\n- A) Rome\n- B) Paris\n\n<details>\n<summary>Answer</summary>\n\n**B**\n\n</details>\n\n### 2. Largest?\n\n- A) Mars\n- B) Jupiter\n\n<details><summary>Show answer</summary>\n\nB) Jupiter\n\n</details>",
    ],
    [
      "sentences and brackets",
      "1. Capital of France?\nA) Rome\nB) Paris\nThe correct answer is B\n\n2. Largest?\nA) Mars\nB) Jupiter\n[B]",
    ],
    ["one line each", "1. Capital of France? a) Rome b) Paris*\n2. Largest? a) Mars b) Jupiter*"],
    ["a short key", "1. Capital of France?\na) Rome\nb) Paris\n2. Largest?\na) Mars\nb) Jupiter\n\nLösungen: 1b, 2b"],
    ["numbered options", "Capital of France?\n1. Rome\n2. Paris ✔\n\nLargest?\n1. Mars\n2. Jupiter ✔"],
  ])("%s", (_, text) => {
    expect(read(text).lines).toEqual([
      "single: Capital of France? [Rome | *Paris]",
      "single: Largest? [Mars | *Jupiter]",
    ]);
  });

  test("several right, true or false, and typed answers", () => {
    expect(
      read(`1. Primes?
A) 2
B) 4
C) 5
Answer: A and C
Explanation: Only 4 can be halved.

2. The sun is a star.
Answer: True

Q: Who wrote Faust?
A: Goethe`).lines,
    ).toEqual([
      "multiple: Primes? [*2 | 4 | *5]",
      "true_false: The sun is a star. [*True | False]",
      "text: Who wrote Faust? = Goethe",
    ]);
  });

  test("a right answer that is a number with its letter, and a letter without options", () => {
    const { lines, said } = read("1. 3 x 3?\na) 6\nb) 9\nAnswer: b) 9\n\n2. Which?\nAnswer: C");
    expect(lines).toEqual(["single: 3 x 3? [6 | *9]"]);
    expect(said).toEqual(["line 6: no_options “Which?”"]);
  });

  test("statements with their verdict, and a name that begins with a letter and a point", () => {
    expect(read("1. Fish swim. True\n2. Fish fly. F\n3. Fish sing (false)").lines).toEqual([
      "true_false: Fish swim. [*True | False]",
      "true_false: Fish fly. [True | *False]",
      "true_false: Fish sing [True | *False]",
    ]);
    expect(read("1. Author?\n* Shelley\n* E. A. Poe\n\n2. Which?\na) x\nb) y *").said).toEqual([
      "line 1: no_right_answer “Author?”",
    ]);
  });

  test("emphasis in lines is no mark", () => {
    expect(read("1. Which?\nThe *first* one\n*Another* one\n\n2. True?\nA) x\n*B) y").lines).toEqual([
      "single: True? [x | *y]",
    ]);
  });

  test("code in a question stays code", () => {
    expect(read("## What does it print?\n```python\nx = [\n  1,\n- 2]\n```\n- [x] Nothing\n- [ ] Both").lines).toEqual([
      "single: What does it print?\n\nx = [\n  1,\n- 2] [*Nothing | Both]",
    ]);
  });

  test("what has no right answer is named", () => {
    const { lines, said } = read(
      "1. Good?\n*a) yes\nb) no\n\n2. None marked?\na) x\nb) y\n\n3. No options at all?\n\n4. Wrong?\na) x\nb) y\nAnswer: E",
    );
    expect(lines).toEqual(["true_false: Good? [*yes | no]"]);
    expect(said).toEqual([
      "line 5: no_right_answer “None marked?”",
      "line 9: no_options “No options at all?”",
      "line 11: right_answer_unclear “Wrong?”",
    ]);
  });

  test("thousands of spaces in a line cost no time", () => {
    const started = process.cpuUsage().user;
    expect(read(`1. Good?\n*a) yes${" ".repeat(3000)}indeed\nb) no`).lines).toEqual([
      "single: Good? [*yes   indeed | no]",
    ]);
    expect(process.cpuUsage().user - started).toBeLessThan(1_000_000);
  });

  test("gaps in double brackets, one and several", () => {
    const { lines, said } = read(
      "<quiz>\nThe capital of Chile is [[Santiago]].\n</quiz>\n\n<quiz>\n[[One]] and [[two]].\n</quiz>",
    );
    expect(lines).toEqual(["text: The capital of Chile is _____. = Santiago"]);
    expect(said).toEqual(["line 5: gaps “_____ and _____.”"]);
  });
});
