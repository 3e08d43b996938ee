import { expect, test } from "vitest";
import type { Question } from "../wire/protocol";
import { fromQuiz } from "./draft";
import { shareForAll } from "./guessing";

const shareOf = (question: Question) => shareForAll(fromQuiz({ title: "T", questions: [question] }).questions[0]!);
const multiple = (right: number, wrong: number, partial?: "right_minus_wrong") =>
  shareOf({
    kind: "multiple",
    text: "?",
    partial,
    options: Array.from({ length: right + wrong }, (_, at) => ({ text: String(at), correct: at < right })),
  });

test.each([
  [3, 1, "right_minus_wrong", 67],
  [2, 1, "right_minus_wrong", 50],
  [2, 2, "right_minus_wrong", 0],
  [1, 3, "right_minus_wrong", 0],
  [4, 0, "right_minus_wrong", 100],
  [4, 0, undefined, 100],
  [3, 1, undefined, 0],
] as const)("all options, %i right and %i wrong, %s: %i percent", (right, wrong, partial, share) => {
  expect(multiple(right, wrong, partial)).toBe(share);
});

const slider = (tolerance: string, scoring?: "closest") =>
  shareOf({ kind: "number", text: "?", value: "5", tolerance, scoring, min: "0", max: "10", step: "1" });

test("a slider of which every position is near enough asks nothing", () => {
  expect(slider("5")).toBe(100);
  expect(slider("4")).toBe(0);
  expect(slider("5", "closest")).toBe(0);
  expect(shareOf({ kind: "number", text: "?", value: "5", tolerance: "5" })).toBe(0);
});

test("a question with one right option gives nothing away", () => {
  const options = [{ text: "a", correct: true }, { text: "b" }];
  expect(shareOf({ kind: "single", text: "?", options })).toBe(0);
});
