import { expect, test } from "vitest";
import type { PlayerAnswer, PlayerSummary, QuestionSummary, Results } from "../wire/protocol";
import { difficulties, fetchStandings } from "./standings";

const question: QuestionSummary = {
  index: 0,
  kind: "single",
  text: "Capital of Kenya?",
  options: ["Nairobi", "Mombasa"],
  correct: [0],
  counts: [2, 1],
  answered: 3,
  total: 4,
  points: 1000,
  time_limit_ms: 10_000,
  solution: null,
  tally: null,
};
const poll: QuestionSummary = { ...question, index: 1, kind: "poll", correct: [] };

const player = (id: string, ...correct: (boolean | null | "absent")[]): PlayerSummary => ({
  id,
  name: id,
  avatar: "",
  rank: 1,
  points: 0,
  correct: 0,
  answers: correct.map((it, index): PlayerAnswer | null =>
    it === "absent" ? null : { question: index, answer: null, correct: it, points: 0, response_ms: null, share: null },
  ),
});

test("all pages are asked for, in order", async () => {
  const pages: Results[] = [
    { type: "results", title: "Quiz", questions: [question], players: [player("a"), player("b")], next_offset: 2 },
    { type: "results", title: "Quiz", questions: [question], players: [player("c")], next_offset: null },
  ];
  const asked: number[] = [];
  const standings = await fetchStandings((offset) => {
    asked.push(offset);
    return Promise.resolve(pages[asked.length - 1]!);
  });
  expect(asked).toEqual([0, 2]);
  expect(standings.players.map((one) => one.id)).toEqual(["a", "b", "c"]);
});

test("the share that was right counts who was there, with or without an answer", () => {
  const players = [
    player("a", true),
    player("b", false),
    player("c", "absent"),
    player("d", false),
    player("e", false),
  ];
  expect(difficulties({ title: "", questions: [question], players })[0]?.share).toBe(0.25);
});

test("a poll is not hard, and neither is what nobody has seen", () => {
  expect(
    difficulties({ title: "", questions: [question, poll], players: [player("a", true, null)] })[1]?.share,
  ).toBeNull();
  expect(difficulties({ title: "", questions: [question], players: [] })[0]?.share).toBeNull();
});
