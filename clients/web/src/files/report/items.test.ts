import { expect, test } from "vitest";
import type { PlayerAnswer, QuestionSummary } from "../../wire/protocol";
import type { Standings } from "../standings";
import { itemsOf } from "./items";

const question: QuestionSummary = {
  index: 0,
  kind: "single",
  text: "Capital of Kenya?",
  options: ["Nairobi", "Mombasa", "Kisumu"],
  correct: [0],
  counts: [0, 0, 0],
  answered: 0,
  total: 0,
  points: 1000,
  time_limit_ms: 10_000,
  solution: null,
  tally: null,
};

/** A game of one question; the answers from the best player to the last, null: none in time. */
function game(answers: (number | null)[], change: Partial<QuestionSummary> = {}): Standings {
  const asked = { ...question, ...change };
  const players = answers.map((answer, place) => {
    const correct = asked.correct.length === 0 ? null : answer !== null && asked.correct.includes(answer);
    const response_ms = answer === null ? null : 1000 * (place + 1);
    const given: PlayerAnswer = { question: 0, answer, correct, points: 0, response_ms, share: null };
    return { id: String(place), name: "", avatar: "", rank: place + 1, points: 0, correct: 0, answers: [given] };
  });
  return { title: "", questions: [asked], players };
}

test("a question that strong players know and weak ones do not tells them apart", () => {
  expect(itemsOf(game([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]))[0]?.discrimination).toBe(1);
  expect(itemsOf(game([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]))[0]?.discrimination).toBe(-1);
  expect(itemsOf(game(Array<number>(10).fill(0)))[0]?.discrimination).toBe(0);
  // Of ten players three are the best and three the last.
  expect(itemsOf(game([0, 0, 1, 0, 0, 1, 1, 1, 1, 0]))[0]?.discrimination).toBeCloseTo(1 / 3);
});

test("with few players it would be chance", () => {
  expect(itemsOf(game([0, 0, 0, 0, 1, 1, 1, 1, 1]))[0]?.discrimination).toBeNull();
});

test("what misled is the wrong option that most chose", () => {
  expect(itemsOf(game([0, 1, 2, 2, 0, 0]))[0]?.misled).toEqual({ text: "Kisumu", count: 2 });
  expect(itemsOf(game([0, 0, null]))[0]?.misled).toBeNull();
});

test("a poll is neither hard nor misleading", () => {
  const [item] = itemsOf(game([0, 1, 2, 0, 1, 2, 0, 1, 2, 0], { kind: "poll", correct: [] }));
  expect(item).toMatchObject({ share: null, discrimination: null, misled: null });
});

test("the time in the middle is of those who answered", () => {
  expect(itemsOf(game([0, 1, null, 0]))[0]?.median_ms).toBe(2000);
  expect(itemsOf(game([0, 1]))[0]?.median_ms).toBe(1500);
  expect(itemsOf(game([null]))[0]?.median_ms).toBeNull();
});

test("of typed answers the wrong text that most wrote misled, and of an order nothing did", () => {
  const groups = [
    { text: "Nairobi", count: 5, share: 100 },
    { text: "Mombasa", count: 3, share: 0 },
  ];
  const [typed] = itemsOf(
    game([null], { kind: "text", options: [], correct: [], solution: { accepted: [] }, tally: { groups } }),
  );
  expect(typed?.misled).toEqual({ text: "Mombasa", count: 3 });
  const [order] = itemsOf(game([1, 2], { kind: "order", correct: [], solution: { items: [0, 1, 2] } }));
  expect(order?.misled).toBeNull();
  expect(order?.share).toBe(0);
});
