import { expect, test } from "vitest";
import { read } from "../testing";

const quiz = (inside: string) => read(`<?xml version="1.0" encoding="UTF-8"?>\n<quiz>${inside}</quiz>`);
const question = (type: string, text: string, inside: string) =>
  `<question type="${type}"><name><text>n</text></name><questiontext format="html"><text><![CDATA[<p>${text}</p>]]></text></questiontext>${inside}</question>`;
const answer = (fraction: number, text: string, inside = "") =>
  `<answer fraction="${fraction}" format="html"><text>${text}</text>${inside}</answer>`;

test("Moodle XML: each kind", () => {
  const { lines, titles, said } = quiz(
    [
      '<question type="category"><category><text>$course$/top/Rivers</text></category></question>',
      question(
        "multichoice",
        "Longest?",
        answer(100, "<![CDATA[<p>Nile</p>]]>") + answer(0, "Po") + "<single>true</single>",
      ),
      question(
        "multichoice",
        "In Asia?",
        answer(50, "Ob") + answer(50, "Lena") + answer(-100, "Po") + "<single>false</single>",
      ),
      question("truefalse", "The Rhine is a lake.", answer(0, "true") + answer(100, "false")),
      question("shortanswer", "Through Rome?", answer(100, "Tiber") + answer(50, "Tevere") + answer(0, "*")),
      question(
        "numerical",
        "Length of the Rhine?",
        answer(100, "1233", "<tolerance>10</tolerance>") +
          "<units><unit><multiplier>1</multiplier><unit_name>km</unit_name></unit></units>",
      ),
      question(
        "matching",
        "City?",
        '<subquestion format="html"><text>Seine</text><answer><text>Paris</text></answer></subquestion><subquestion><text>Spree</text><answer><text>Berlin</text></answer></subquestion><subquestion><text></text><answer><text>Rom</text></answer></subquestion>',
      ),
      question("ordering", "By length", answer(1, "Po") + answer(1, "Nile")),
      question("essay", "Describe a river.", ""),
      question("description", "Now about lakes.", ""),
      question("cloze", "Vienna lies on the {1:SA:=Danube}.", ""),
    ].join(""),
  );
  expect(lines).toEqual([
    "single: Longest? [*Nile | Po]",
    "multiple: In Asia? [*Ob | *Lena | Po]",
    "true_false: The Rhine is a lake. [True | *False]",
    "text: Through Rome? = Tiber | Tevere (50 %)",
    "number: Length of the Rhine? = 1233 ± 10 km",
    "match: City? [Seine → Paris | Spree → Berlin] + Rom",
    "order: By length [Po | Nile]",
    "open: Describe a river.",
    "slide: Now about lakes.",
    "text: Vienna lies on the _____. = Danube",
  ]);
  expect(titles).toEqual(["Rivers"]);
  expect(said).toEqual([]);
});

test("Moodle XML: what is left out or changed is named", () => {
  const { lines, said } = quiz(
    [
      question("multichoice", "None right", answer(0, "a") + answer(0, "b")),
      question("multichoice", "Any of two", answer(100, "a") + answer(100, "b") + answer(0, "c")),
      question("calculated", "2 + {x}", answer(100, "{x}+2")),
      question("ddmarker", "Where?", ""),
      question("gapselect", "The [[1]] of [[2]]", ""),
      question("strange", "What is this?", ""),
      question("multichoice", 'See <img src="@@PLUGINFILE@@/big.png">', answer(100, "a") + answer(0, "b")),
    ].join(""),
  );
  expect(lines).toEqual(["multiple: Any of two [*a | *b | c]", "single: See [*a | b]"]);
  expect(said).toEqual([
    "question 1: no_right_answer “None right”",
    "question 2: any_right “Any of two”",
    "question 3: formula “2 + {x}”",
    "question 4: hotspot “Where?”",
    "question 5: gaps “The [[1]] of [[2]]”",
    "question 6: unsupported “What is this?”",
    "question 7: picture_left “See”",
  ]);
});

test("Moodle XML: one gap with words to choose from is a question with options", () => {
  const word = (kind: string, text: string, group: number) =>
    `<${kind}><text>${text}</text><group>${group}</group></${kind}>`;
  expect(
    quiz(
      question(
        "gapselect",
        "A whale is [[2]].",
        word("selectoption", "small", 1) + word("selectoption", "big", 1) + word("selectoption", "blue", 2),
      ) + question("ddwtos", "[[1]] has a trunk.", word("dragbox", "The elephant", 1) + word("dragbox", "The ant", 1)),
    ).lines,
  ).toEqual(["single: A whale is _____. [small | *big]", "single: _____ has a trunk. [*The elephant | The ant]"]);
});

test("Moodle XML: a small picture comes along", () => {
  const { questions } = quiz(
    '<question type="truefalse"><questiontext format="html"><text><![CDATA[<p>A dot? <img src="@@PLUGINFILE@@/dot%201.png"></p>]]></text><file name="dot 1.png" encoding="base64">iVBORw0KGgo=</file></questiontext><answer fraction="100"><text>true</text></answer></question>',
  );
  expect(questions[0]?.image).toBe("data:image/png;base64,iVBORw0KGgo=");
});

test("entities of a document are not expanded", () => {
  const { lines } = read(
    '<!DOCTYPE quiz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY file SYSTEM "file:///etc/passwd">]><quiz><question type="essay"><questiontext><text>&b;&file;</text></questiontext></question></quiz>',
  );
  expect(lines).toEqual(["open: &b;&file;"]);
});
