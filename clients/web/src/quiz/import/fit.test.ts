import type { PageQuestion } from "../types";
import { expect, test } from "vitest";
import { fit } from "./fit";
import type { ImportedQuestion } from "./model";

const single = (text: string, options = 2, rest: Partial<ImportedQuestion> = {}): ImportedQuestion => ({
  kind: "single",
  text,
  options: Array.from({ length: options }, (_, index) => ({
    text: `o${index}`,
    ...(index === options - 1 && { correct: true }),
  })),
  place: { unit: "row", number: 3 },
  ...rest,
});
const fitted = (questions: ImportedQuestion[]) => fit([{ title: "", questions }], "Birds");

test("right answers stay when there are too many", () => {
  const { quizzes, report } = fitted([single("a?", 9)]);
  const { options } = quizzes[0]?.questions[0] as PageQuestion;
  expect(options).toHaveLength(6);
  expect(options.filter(({ correct }) => correct)).toEqual([{ text: "o8", correct: true }]);
  expect(report.map(({ code }) => code)).toEqual(["fewer_options"]);
});

test("long texts are cut between characters, times are moved into their range, both told", () => {
  const { quizzes, report } = fitted([single("🦆".repeat(600), 2, { time_limit_ms: 900_000 })]);
  expect([...(quizzes[0]?.questions[0]?.text ?? "")]).toHaveLength(500);
  expect(quizzes[0]?.questions[0]?.time_limit_ms).toBe(300_000);
  expect(report.map(({ code }) => code).toSorted()).toEqual(["shortened", "time_changed"]);
});

test("kinds that cannot be played are named; long quizzes become several", () => {
  const { quizzes, report } = fitted([
    ...Array.from({ length: 201 }, () => single("a?")),
    { ...single("Say!"), kind: "slide" },
  ]);
  expect(quizzes.map(({ title, questions }) => [title, questions.length])).toEqual([
    ["Birds (1/2)", 200],
    ["Birds (2/2)", 1],
  ]);
  expect(report.map(({ code, text }) => [code, text])).toEqual([["not_playable", "Say!"]]);
});
