import { expect, test } from "vitest";
import type { QuestionSummary, Solution } from "../../wire/protocol";
import { answerText, correctText } from "./answers";

const summary = (options: string[], solution: Solution | null, correct: number[] = []): QuestionSummary => ({
  index: 0,
  kind: "single",
  text: "?",
  options,
  correct,
  counts: [],
  answered: 0,
  total: 0,
  points: 1000,
  time_limit_ms: 10_000,
  solution,
  tally: null,
});

test("an answer reads as what the player saw", () => {
  const offered = summary(["Oslo", "Lima", "Bern"], null);
  expect(answerText(offered, 1)).toBe("Lima");
  expect(answerText(offered, [2, 0])).toBe("Bern | Oslo");
  expect(answerText(offered, [0, -1])).toBe("Oslo | –");
  expect(answerText(summary([], null), "12.5")).toBe("12.5");
  expect(answerText(summary([], null), ["calm", "warm"])).toBe("calm | warm");
  expect(answerText(offered, null)).toBe("");
});

test.each<[string, QuestionSummary, string]>([
  ["options", summary(["Two", "Three"], { correct: [0] }, [0]), "Two"],
  ["kept by an earlier version", summary(["Two", "Three"], null, [1]), "Three"],
  [
    "texts, but for those that earn a part",
    summary([], {
      accepted: [
        { text: "Canberra", share: 100 },
        { text: "ACT", share: 50 },
      ],
    }),
    "Canberra",
  ],
  ["a number", summary([], { value: "6650", tolerance: "100", unit: "km" }), "6650 ± 100 km"],
  ["a number alone", summary([], { value: "1969", tolerance: "0", unit: null }), "1969"],
  ["an order", summary(["Mars", "Earth"], { items: [1, 0] }), "Earth | Mars"],
  ["pairs", summary(["Oslo", "Lima"], { rights: [1, 0] }), "Lima | Oslo"],
  ["nothing", summary(["Tea", "Coffee"], null), ""],
])("what is right reads as well: %s", (_, question, text) => {
  expect(correctText(question)).toBe(text);
});
