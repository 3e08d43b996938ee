import { describe, expect, test } from "vitest";
import { read } from "../testing";

const json = (value: unknown) => read(JSON.stringify(value));
const RED = "single: Colour of blood? [blue | *red]";

describe("JSON", () => {
  test.each<[string, unknown]>([
    [
      "Razzia (Rahoot)",
      {
        subject: "Q",
        questions: [{ question: "Colour of blood?", answers: ["blue", "red"], solution: 1, cooldown: 5, time: 15 }],
      },
    ],
    [
      "Razzia with several solutions",
      {
        subject: "Q",
        questions: [{ question: "Colour of blood?", answers: ["blue", "red"], solutions: [1], time: 15 }],
      },
    ],
    ["an index from 0", [{ question: "Colour of blood?", options: ["blue", "red"], correct: 1 }]],
    ["the text", [{ question: "Colour of blood?", choices: ["blue", "red"], answer: "red" }]],
    ["a letter", [{ question: "Colour of blood?", options: { A: "blue", B: "red" }, answer: "B" }]],
    [
      "fields for the options",
      [{ question: "Colour of blood?", optionA: "blue", optionB: "red", correct_answer: "B" }],
    ],
    [
      "marks at the options",
      {
        quiz: {
          title: "t",
          questions: [
            {
              text: "Colour of blood?",
              answers: [
                { text: "blue", isCorrect: false },
                { text: "red", isCorrect: true },
              ],
            },
          ],
        },
      },
    ],
    [
      "Kahoot",
      {
        title: "K",
        questions: [
          {
            type: "quiz",
            question: "Colour of blood?",
            time: 20000,
            choices: [
              { answer: "blue", correct: false },
              { answer: "red", correct: true },
            ],
          },
        ],
      },
    ],
  ])("%s", (_, value) => {
    expect(json(value).lines).toEqual([RED]);
  });

  test("times are seconds or milliseconds", () => {
    expect(
      json({
        subject: "Q",
        questions: [
          { question: "a?", answers: ["x", "y"], solution: 0, time: 15 },
          { question: "b?", answers: ["x", "y"], solution: 0, time: 30000 },
        ],
      }).questions.map((one) => one.time_limit_ms),
    ).toEqual([15000, 30000]);
  });

  test("places that count from 1 are known by the last", () => {
    expect(
      json([
        { question: "a?", options: ["x", "y"], answer: 2 },
        { question: "b?", options: ["x", "y"], answer: 1 },
      ]).lines,
    ).toEqual(["single: a? [x | *y]", "single: b? [*x | y]"]);
  });

  test("Open Trivia: texts with entities, true or false", () => {
    expect(
      json({
        response_code: 0,
        results: [
          {
            type: "multiple",
            question: "Who sang &quot;Help!&quot;?",
            correct_answer: "The Beatles",
            incorrect_answers: ["ABBA", "Queen"],
          },
          { type: "boolean", question: "Bees sting.", correct_answer: "True", incorrect_answers: ["False"] },
        ],
      }).lines,
    ).toEqual(['single: Who sang "Help!"? [*The Beatles | ABBA | Queen]', "true_false: Bees sting. [*True | False]"]);
  });

  test("Open Trivia in base 64, and Kahoot's texts in HTML", () => {
    const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
    expect(
      json({
        response_code: 0,
        results: [
          {
            type: base64("multiple"),
            question: base64("Who sang “Help!”?"),
            correct_answer: base64("The Beatles"),
            incorrect_answers: [base64("ABBA"), base64("Queen")],
          },
        ],
      }).lines,
    ).toEqual(["single: Who sang “Help!”? [*The Beatles | ABBA | Queen]"]);
    expect(
      json({
        title: "K",
        questions: [
          {
            type: "quiz",
            time: 20000,
            question: "<b>Red</b>&nbsp;one?",
            choices: [
              { answer: "<i>rose</i>", correct: true },
              { answer: "sky", correct: false },
            ],
          },
          {
            type: "slider",
            time: 20000,
            question: "Legs?",
            choiceRange: { start: 0, end: 10, correct: 4, tolerance: 1 },
          },
          { type: "word_cloud", time: 20000, question: "Well?" },
        ],
      }).lines,
    ).toEqual(["single: Red one? [*rose | sky]", "number: Legs? = 4 ± 1", "open: Well?"]);
  });

  test("only the right answer is listed: typed", () => {
    expect(json([{ question: "Sun in Latin?", answer: 0, answers: ["sol"] }]).lines).toEqual([
      "text: Sun in Latin? = sol",
    ]);
  });

  test("several quizzes in one file; passwords are not taken", () => {
    const result = json({
      managerPassword: "secret",
      quizzes: [
        { name: "One", questions: [{ question: "a?", options: ["x", "y"], correct: 0 }] },
        { name: "Two", questions: [{ question: "b?", options: ["x", "y"], correct: 1 }] },
      ],
    });
    expect(result.titles).toEqual(["One", "Two"]);
    expect(JSON.stringify(result)).not.toContain("secret");
  });

  test("broken JSON ends in a sentence", () => {
    expect(read('{"questions": [').said).toEqual(["file: broken_json"]);
    expect(read(`${"[".repeat(5000)}${"]".repeat(5000)}`).said).toHaveLength(1);
  });

  test("QuickPoll's own quiz, as JSON and as YAML", () => {
    const own = json({
      title: "Mine",
      questions: [
        { kind: "single", text: "Colour of blood?", options: [{ text: "blue" }, { text: "red", correct: true }] },
        { kind: "hum", text: "Hm?" },
      ],
    });
    expect(own.lines).toEqual([RED]);
    expect(own.said).toEqual(["question 2: unsupported “Hm?”"]);
    expect(
      read(
        "title: Mine\nquestions:\n  - kind: single\n    text: Colour of blood?\n    options:\n      - text: blue\n      - text: red\n        correct: true\n",
      ).lines,
    ).toEqual([RED]);
  });
});
