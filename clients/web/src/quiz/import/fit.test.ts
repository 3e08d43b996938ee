import type { SingleQuestion } from "../../wire/protocol";
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
  const { quizzes, report } = fitted([single("a?", 13)]);
  const { options } = quizzes[0]?.questions[0] as SingleQuestion;
  expect(options).toHaveLength(10);
  expect(options.filter(({ correct }) => correct)).toEqual([{ text: "o12", correct: true }]);
  expect(report.map(({ code }) => code)).toEqual(["fewer_options"]);
});

test("long texts are cut between characters, times are moved into their range, both told", () => {
  const { quizzes, report } = fitted([single("🦆".repeat(600), 2, { time_limit_ms: 900_000 })]);
  expect([...(quizzes[0]?.questions[0]?.text ?? "")]).toHaveLength(500);
  expect(quizzes[0]?.questions[0]?.time_limit_ms).toBe(300_000);
  expect(report.map(({ code }) => code).toSorted()).toEqual(["shortened", "time_changed"]);
});

test("what cannot be played is named; long quizzes become several", () => {
  const { quizzes, report } = fitted([
    ...Array.from({ length: 201 }, () => single("a?")),
    { kind: "order", text: "Say!", items: ["one", "two"], place: { unit: "row", number: 5 } },
  ]);
  expect(quizzes.map(({ title, questions }) => [title, questions.length])).toEqual([
    ["Birds (1/2)", 200],
    ["Birds (2/2)", 1],
  ]);
  expect(report.map(({ code, text }) => [code, text])).toEqual([["nothing_to_order", "Say!"]]);
});

test("kinds without options keep what they have room for", () => {
  const place = { unit: "row", number: 2 } as const;
  const { quizzes, report } = fitted([
    { kind: "text", text: "Capital of Kenya?", accepted: ["Nairobi", { text: "Nairoby", share: 50 }], place },
    { kind: "number", text: "How far?", value: "6650", tolerance: "10", unit: "km", place },
    { kind: "order", text: "In order?", items: ["a", "b", "c"], place },
    {
      kind: "match",
      text: "Pairs?",
      pairs: Array.from({ length: 8 }, (_, n) => ({ left: `l${n}`, right: `r${n}` })),
      place,
    },
    { kind: "slide", text: "A word before", place },
  ]);
  const [text, number, order, match, slide] = quizzes[0]!.questions;
  expect(text).toMatchObject({ kind: "text", accepted: ["Nairobi", { text: "Nairoby", share: 50 }] });
  expect(number).toMatchObject({ kind: "number", value: "6650", tolerance: "10", unit: "km" });
  expect(order).toMatchObject({ kind: "order", items: ["a", "b", "c"] });
  expect(match).toMatchObject({
    kind: "match",
    pairs: Array.from({ length: 6 }, (_, n) => ({ left: `l${n}`, right: `r${n}` })),
  });
  expect(slide).toMatchObject({ kind: "slide", text: "A word before" });
  expect(report.map(({ code }) => code)).toEqual(["fewer_lines"]);
});
