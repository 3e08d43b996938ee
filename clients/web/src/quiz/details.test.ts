import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Question, Quiz } from "../wire/protocol";
import { changeKind, copyOf, fromQuiz, isBlank, newQuestion, toPublic, toQuestion, toQuiz } from "./draft";
import { edited } from "./edits";
import { problemsOf } from "./problems";

const SAMPLE = JSON.parse(readFileSync("public/quizzes/every-kind.json", "utf8")) as Quiz;
const VERDICTS = ["True", "False"] as const;
const draftOf = (question: Question) => fromQuiz({ title: "T", questions: [question] });
const codes = (question: Question) => problemsOf(draftOf(question)).map(({ code }) => code);

describe.each(SAMPLE.questions.map((question) => [question.text, question] as const))("%s", (_, question) => {
  test("comes out of a draft as it went in, without problems", () => {
    const draft = draftOf(question);
    expect(toQuiz(draft).questions[0]).toMatchObject(question);
    expect(problemsOf(draft)).toEqual([]);
  });

  test("a copy has everything, with keys of its own", () => {
    const [draft] = draftOf(question).questions;
    const copy = copyOf(draft!);
    expect(toQuestion(copy)).toEqual(toQuestion(draft!));
    expect(copy.key).not.toBe(draft!.key);
  });
});

test("players get what they need to answer, and nothing that tells what is right", () => {
  for (const question of SAMPLE.questions) {
    const shown = JSON.stringify(toPublic(draftOf(question).questions[0]!, 0, 1));
    expect(shown).not.toMatch(/accepted|"value"|tolerance|correct|pairs/);
  }
  const order: Question = { kind: "order", text: "?", items: ["c", "a", "b"] };
  expect(toPublic(draftOf(order).questions[0]!, 0, 1).items).toEqual(["a", "b", "c"]);
});

test("what a change of kind has no use for comes back with the next change", () => {
  const [order] = draftOf({ kind: "order", text: "?", items: ["a", "b", "c"] }).questions;
  const single = changeKind(order!, "single", VERDICTS);
  expect(single.options).toHaveLength(4);
  expect(toQuestion(changeKind(single, "order", VERDICTS))).toMatchObject({ items: ["a", "b", "c"] });
});

test("a draft of before, without details, is read on", () => {
  const before = { ...newQuestion("single", VERDICTS), text: "Who?" };
  delete before.details;
  expect(toQuestion(before)).toMatchObject({ kind: "single", text: "Who?" });
  expect(isBlank({ title: "", questions: [{ ...before, text: "" }] })).toBe(true);
});

test("an edit of one field leaves the others", () => {
  const draft = draftOf({ kind: "scale", text: "?", min_label: "low", steps: 5 });
  const key = draft.questions[0]!.key;
  const after = edited(draft, { edit: "details", question: key, change: { steps: "7" } });
  expect(toQuiz(after).questions[0]).toMatchObject({ min_label: "low", steps: 7 });
});

const number = (change: object): Question => ({ kind: "number", text: "?", value: "5", ...change });

test.each<[string, Question, string[]]>([
  ["no accepted answer", { kind: "text", text: "?", accepted: [] }, ["too_few_rows"]],
  ["an accepted answer that is too long", { kind: "text", text: "?", accepted: ["x".repeat(81)] }, ["too_long"]],
  ["two items", { kind: "order", text: "?", items: ["a", "b"] }, ["too_few_rows"]],
  ["two items that are the same", { kind: "order", text: "?", items: ["a", "b", "a"] }, ["same_rows"]],
  [
    "half a pair",
    {
      kind: "match",
      text: "?",
      pairs: [
        { left: "a", right: "b" },
        { left: "c", right: "" },
      ],
    },
    ["half_pair"],
  ],
  ["no number", number({ value: "" }), ["number_missing"]],
  ["a word", number({ value: "five" }), ["number"]],
  ["what could be two numbers", number({ value: "1,234" }), ["number"]],
  ["a tolerance below zero", number({ tolerance: "-1" }), ["number"]],
  ["a slider without an end", number({ min: "0" }), ["slider"]],
  ["a slider that goes down", number({ min: "9", max: "1", step: "1" }), ["slider"]],
  ["a slider without the right number", number({ min: "6", max: "9", step: "1" }), ["slider"]],
  ["a slider with too many positions", number({ min: "0", max: "10", step: "0.001" }), ["slider"]],
  ["too many steps", { kind: "scale", text: "?", steps: 12 }, ["count"]],
  [
    "more to rank than there are",
    { kind: "ranking", text: "?", options: [{ text: "a" }, { text: "b" }, { text: "c" }], top: 4 },
    ["count"],
  ],
])("%s is told", (_, question, expected) => {
  expect(codes(question)).toEqual(expected);
});

test("notes and the description of a picture stay", () => {
  const question: Question = {
    kind: "slide",
    text: "?",
    image: "/images/flags-1.svg",
    image_alt: "A flag",
    notes: "Wait for silence.",
  };
  expect(toQuiz(draftOf(question)).questions[0]).toEqual(question);
});
