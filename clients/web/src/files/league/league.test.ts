import { expect, test } from "vitest";
import type { PlayerAnswer, QuestionSummary } from "../../wire/protocol";
import { type PastGame, pastGame } from "../games";
import { hardQuestions, leagueOf } from "./league";

const question = (text: string, index: number): QuestionSummary => ({
  index,
  kind: "single",
  text,
  options: ["a", "b"],
  correct: [0],
  counts: [],
  answered: 0,
  total: 0,
  points: 1000,
  time_limit_ms: null,
  solution: null,
  tally: null,
});
const answer = (right: boolean): PlayerAnswer => ({
  question: 0,
  answer: right ? 0 : 1,
  correct: right,
  points: 0,
  response_ms: 1,
  share: right ? 100 : 0,
});
function game(day: number, texts: string[], players: Record<string, [points: number, right: string]>): PastGame {
  const standings = {
    title: `Day ${day}`,
    questions: texts.map(question),
    players: Object.entries(players).map(([name, [points, right]]) => ({
      id: name,
      name,
      avatar: "",
      rank: 1,
      points,
      correct: 0,
      answers: [...right].map((sign) => (sign === " " ? null : answer(sign === "+"))),
    })),
  };
  return pastGame(String(day), "token", standings, day);
}
const MONDAY = game(1, ["Kenya?", "Peru?"], { Ada: [900, "+-"], zoe: [500, "--"], Bob: [400, " +"] });
const FRIDAY = game(5, ["PERU ?", "Nile?"], { ADA: [100, "-+"], Zoë: [500, "++"] });

test("a league table sums points and what was right by name, and equal sums share a rank", () => {
  expect(leagueOf([FRIDAY, MONDAY])).toEqual([
    { rank: 1, name: "ADA", games: 2, points: 1000, share: 0.5 },
    { rank: 1, name: "Zoë", games: 2, points: 1000, share: 0.5 },
    { rank: 3, name: "Bob", games: 1, points: 400, share: 1 },
  ]);
});

test("questions stayed hard that fewer than half had right the last time", () => {
  expect(hardQuestions([FRIDAY, MONDAY])).toEqual([]);
  const saturday = game(6, ["Nile?", "Peru?"], { Ada: [0, "--"], Zoë: [0, "+-"] });
  expect(hardQuestions([saturday, FRIDAY, MONDAY])).toEqual([{ text: "Peru?", correct: "a", shares: [1 / 3, 0.5, 0] }]);
});

test("no game, no table", () => {
  expect([leagueOf([]), hardQuestions([])]).toEqual([[], []]);
});
