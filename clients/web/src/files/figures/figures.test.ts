import { expect, test } from "vitest";
import { type DraftQuestion, fromQuiz } from "../../quiz/draft";
import type { PlayerAnswer, Question, QuestionSummary } from "../../wire/protocol";
import { pastGame } from "../games";
import { figuresOf, figuresOfGame, weakest } from "./figures";

const RIVER: Question = {
  kind: "single",
  text: "Longest river?",
  options: [{ text: "Nile", correct: true }, { text: "Rhine" }, { text: "Volga" }],
};
const TYPED: Question = { kind: "text", text: "Capital of Peru?", accepted: ["Lima", { text: "Lime", share: 50 }] };
const NUMBER: Question = { kind: "number", text: "How many?", value: "12", tolerance: "1", unit: "km" };
const ORDER: Question = { kind: "order", text: "Order them.", items: ["one", "two", "three"] };
const PAIRS: Question = {
  kind: "match",
  text: "Which?",
  pairs: [
    { left: "a", right: "b" },
    { left: "c", right: "d" },
  ],
  extra: ["e"],
};
const POLL: Question = { kind: "poll", text: "Tea?", options: [{ text: "Yes" }, { text: "No" }] };

const asked: Omit<QuestionSummary, "kind" | "text"> = {
  index: 0,
  options: [],
  correct: [],
  counts: [],
  answered: 0,
  total: 0,
  points: 1000,
  time_limit_ms: 10_000,
  solution: null,
  tally: null,
};
/** The questions above as results tell of them, some of them in an order that the game has drawn. */
const PLAYED: QuestionSummary[] = [
  { ...asked, kind: "single", text: "Longest river?", options: ["Volga", "Nile", "Rhine"], correct: [1] },
  {
    ...asked,
    kind: "text",
    text: "Capital of Peru?",
    solution: {
      accepted: [
        { text: "Lima", share: 100 },
        { text: "Lime", share: 50 },
      ],
    },
    tally: { groups: [{ text: "Quito", count: 1, share: 0 }] },
  },
  { ...asked, kind: "number", text: "How many?", solution: { value: "12", tolerance: "1", unit: "km" } },
  { ...asked, kind: "order", text: "Order them.", options: ["two", "one", "three"], solution: { items: [1, 0, 2] } },
  { ...asked, kind: "match", text: "Which?", options: ["e", "d", "b"], solution: { rights: [1, 2] } },
  { ...asked, kind: "poll", text: "Tea?", options: ["Yes", "No"] },
];
const questions = fromQuiz({ title: "", questions: [RIVER, TYPED, NUMBER, ORDER, PAIRS, POLL] }).questions;

/** A game of two players, of whom the first was always right; the second chose the option `wrong`. */
function game(ended_at = 1000, played = PLAYED, wrong = 0) {
  const answer = (correct: boolean, answer: PlayerAnswer["answer"]): PlayerAnswer => ({
    question: 0,
    answer,
    correct,
    points: 0,
    response_ms: 1,
    share: correct ? 100 : 0,
  });
  const player = (id: string, correct: boolean) => ({
    id,
    name: id,
    avatar: "",
    rank: 1,
    points: 0,
    correct: 0,
    answers: played.map(({ options, correct: right }) =>
      answer(correct, options.length > 0 ? (correct ? (right[0] ?? 0) : wrong) : null),
    ),
  });
  const standings = { title: "", questions: played, players: [player("a", true), player("b", false)] };
  return figuresOfGame(pastGame("123456", `token-${ended_at}`, standings, ended_at));
}

const shares = (list: readonly DraftQuestion[], games: Parameters<typeof figuresOf>[1]) => {
  const figures = figuresOf(list, games);
  return list.map(({ key }) => figures.get(key)?.share);
};
const changed = (place: number, change: Partial<DraftQuestion>) => [{ ...questions[place]!, ...change }];

test("each judged kind is known again, in whatever order a game has drawn; a poll has no figures", () => {
  expect(shares(questions, [game()])).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, undefined]);
});

test("a question that asks something else has no figures", () => {
  const [river, typed] = questions as [DraftQuestion, DraftQuestion];
  const [nile, ...rest] = river.options;
  const others: DraftQuestion[] = [
    { ...river, text: "Shortest river?" },
    { ...river, kind: "multiple" },
    { ...river, options: [nile!, ...rest.slice(1)] },
    { ...river, options: river.options.map((option, place) => ({ ...option, correct: place === 1 })) },
    { ...typed, details: { accepted: [{ key: "k", text: "Cusco" }] } },
    ...changed(2, { details: { value: "13", tolerance: "1", unit: "km" } }),
    // The picture is another one since: results do not tell.
    { ...river, new_since: 2000 },
  ];
  expect(shares(others, [game()])).toEqual(others.map(() => undefined));
});

test("what does not change the question keeps its figures", () => {
  const [river] = questions as [DraftQuestion];
  const same: DraftQuestion[] = [
    { ...river, text: " Longest river? " },
    { ...river, options: [...river.options].reverse() },
    { ...river, time_limit_ms: 60_000, points: 0, explanation: "It is." },
    { ...river, new_since: 500 },
  ];
  expect(shares(same, [game()])).toEqual([0.5, 0.5, 0.5, 0.5]);
});

test("where a ruling has changed what is right, question and key are known again", () => {
  const ruled = { ...PLAYED[0]!, correct: [0, 1], rulings: [{ number: 1, ruling: {} as never }] };
  expect(shares(questions.slice(0, 1), [game(1000, [ruled])])).toEqual([0.5]);
  const both = changed(0, { options: questions[0]!.options.map((one) => ({ ...one, correct: one.text !== "Rhine" })) });
  expect(shares(both, [game(1000, [ruled])])).toEqual([0.5]);
});

test("questions that were ruled out, or that a game had twice, tell nothing", () => {
  expect(shares(questions, [game(1000, [{ ...PLAYED[0]!, void: true }])])[0]).toBeUndefined();
  expect(shares(questions, [game(1000, [PLAYED[0]!, PLAYED[0]!])])[0]).toBeUndefined();
});

test("games are summed, and the option that misled most is named", () => {
  const [river] = questions as [DraftQuestion];
  const figures = figuresOf([river], [game(1000), game(3000), game(2000, PLAYED, 2)]).get(river.key);
  expect(figures).toMatchObject({ games: 3, players: 6, share: 0.5, last_at: 3000 });
  expect(figures?.misled).toEqual({ text: "Volga", share: 2 / 6 });
  expect(figuresOf([questions[1]!], [game()]).get(questions[1]!.key)?.misled?.text).toBe("Quito");
});

test("the weakest are those that fewest had right; what everybody knew needs no warming up", () => {
  const figures = (share: number) => ({ games: 1, players: 10, share, misled: null, last_at: 0 });
  const known = new Map([0.9, 0.2, 1, 0.4].map((share, place) => [questions[place]!.key, figures(share)]));
  expect(weakest(questions, known, 3).map(({ kind }) => kind)).toEqual(["text", "order", "single"]);
  expect(weakest(questions, known, 1)).toEqual([questions[1]]);
  expect(weakest(questions, new Map(), 3)).toEqual([]);
});
