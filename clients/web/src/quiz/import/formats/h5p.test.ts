import { expect, test } from "vitest";
import { importQuiz } from "../index";
import { read, told, zip } from "../testing";

const choice = {
  question: "<p>Red?</p>",
  answers: [
    { text: "<div>rose</div>", correct: true },
    { text: "<div>sky</div>", correct: false },
  ],
  behaviour: { type: "auto" },
};
const set = {
  questions: [
    { library: "H5P.MultiChoice 1.16", params: choice },
    { library: "H5P.TrueFalse 1.8", params: { question: "Grass is green.", correct: "true" } },
    {
      library: "H5P.Blanks 1.14",
      params: { text: "Fill in", questions: ["<p>Snow is *white/pale:a colour*.</p>", "<p>*One* and *two*.</p>"] },
    },
    { library: "H5P.DragText 1.10", params: { taskDescription: "Drag", textField: "*a* *b*" } },
    { library: "H5P.Essay 1.5", params: { taskDescription: "Write!" } },
  ],
};

test("H5P: a question set, as a package and as its content alone", () => {
  const lines = [
    "single: Red? [*rose | sky]",
    "true_false: Grass is green. [*True | False]",
    "text: Snow is _____. = white | pale",
    "open: Write!",
  ];
  const said = ["question 4: gaps “_____ and _____.”", "question 5: gaps “Drag”"];
  const about = JSON.stringify({ title: "Colours", mainLibrary: "H5P.QuestionSet" });
  const packaged = told(importQuiz(zip({ "h5p.json": about, "content/content.json": JSON.stringify(set) })));
  expect(packaged.lines).toEqual(lines);
  expect(packaged.said).toEqual(said);
  expect(packaged.titles).toEqual(["Colours"]);
  expect(read(JSON.stringify(set)).lines).toEqual(lines);
});

test("H5P: single questions are known by their keys", () => {
  expect(read(JSON.stringify(choice)).lines).toEqual(["single: Red? [*rose | sky]"]);
  expect(
    read(JSON.stringify({ choices: [{ question: "Red?", answers: ["rose", "sky"] }], behaviour: {} })).lines,
  ).toEqual(["single: Red? [*rose | sky]"]);
});

test("H5P: one word to drag, and cards with several answers", () => {
  const content = {
    questions: [
      { library: "H5P.DragText 1.10", params: { textField: "Snow is *white:a colour*.", distractors: "*red* *blue*" } },
      { library: "H5P.DragText 1.10", params: { textField: "Blood is *red*." } },
      { library: "H5P.Flashcards 1.5", params: { cards: [{ text: "dog", answer: "Hund/der Hund" }] } },
    ],
  };
  expect(
    told(
      importQuiz(
        zip({ "h5p.json": '{"mainLibrary":"H5P.QuestionSet"}', "content/content.json": JSON.stringify(content) }),
      ),
    ).lines,
  ).toEqual([
    "single: Snow is _____. [*white | red | blue]",
    "text: Blood is _____. = red",
    "text: dog = Hund/der Hund | Hund | der Hund",
  ]);
});

test("H5P: a small picture comes along", () => {
  const content = {
    ...choice,
    media: { type: { library: "H5P.Image 1.1", params: { file: { path: "images/a.png" } } } },
  };
  const { questions } = told(
    importQuiz(
      zip({
        "h5p.json": '{"mainLibrary":"H5P.MultiChoice"}',
        "content/content.json": JSON.stringify(content),
        "content/images/a.png": new Uint8Array([137, 80, 78, 71]),
      }),
    ),
  );
  expect(questions[0]?.image).toBe("data:image/png;base64,iVBORw==");
});

test("H5P: what is no quiz, or broken, is an error", () => {
  expect(
    told(
      importQuiz(
        zip({ "h5p.json": '{"mainLibrary":"H5P.GreetingCard"}', "content/content.json": '{"greeting":"Hi"}' }),
      ),
    ).said[0],
  ).toContain("not_h5p_quiz");
  expect(told(importQuiz(zip({ "h5p.json": "{}", "content/content.json": "{" }))).said).toEqual([
    "file: broken_package",
  ]);
});
