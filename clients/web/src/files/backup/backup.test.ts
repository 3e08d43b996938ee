import { beforeEach, expect, test } from "vitest";
import type { OwnQuiz } from "../../quiz/library";
import { fromQuiz } from "../../quiz/draft";
import { type PastGame, pastGame } from "../games";
import { type Shelf, everything, readBackup, restore } from "./backup";

/** What the browser keeps, without a browser. */
const kept = { quizzes: new Map<string, OwnQuiz>(), games: new Map<string, PastGame>() };
const shelf: Shelf = {
  keepQuiz: (own) => Promise.resolve(void kept.quizzes.set(own.id, own)),
  ownQuiz: (id) => Promise.resolve(kept.quizzes.get(id)),
  ownQuizzes: () => Promise.resolve([...kept.quizzes.values()]),
  gameOf: (id) => Promise.resolve(kept.games.get(id)),
  keepGame: (game) => Promise.resolve(void kept.games.set(game.id, game)),
  pastGames: () => Promise.resolve([...kept.games.values()]),
};

const QUIZ: OwnQuiz = {
  id: "a1",
  edited_at: 5,
  draft: fromQuiz({
    title: "Rivers",
    questions: [
      { kind: "single", text: "?", options: [{ text: "a", correct: true }, { text: "b" }] },
      {
        kind: "match",
        text: "?",
        pairs: [
          { left: "a", right: "b" },
          { left: "c", right: "d" },
        ],
        notes: "Slowly.",
      },
    ],
  }),
};
const GAME = pastGame(
  "123456",
  "token",
  {
    title: "Rivers",
    questions: [],
    players: [{ id: "p", name: "Ada", avatar: "", rank: 1, points: 3, correct: 1, answers: [null] }],
  },
  7,
);

beforeEach(() => {
  kept.quizzes.clear();
  kept.games.clear();
});

test("everything comes back in another browser, as it was", async () => {
  kept.quizzes.set(QUIZ.id, QUIZ);
  kept.games.set(GAME.id, { ...GAME, log: "log" });
  const before = structuredClone([[...kept.quizzes], [...kept.games]]);
  const text = JSON.stringify(await everything(9, shelf));
  kept.quizzes.clear();
  kept.games.clear();
  expect(await restore(readBackup(text)!, shelf)).toEqual({ quizzes: 1, games: 1, there: 0, left_out: 0 });
  // What JSON does not say was not there.
  expect(JSON.parse(JSON.stringify([[...kept.quizzes], [...kept.games]]))).toEqual(JSON.parse(JSON.stringify(before)));
});

test("a quiz that was edited since stays, an older one is replaced, and a game that is there stays as it is", async () => {
  kept.quizzes.set("a1", QUIZ);
  kept.games.set(GAME.id, GAME);
  const older = { ...QUIZ, edited_at: 4 };
  expect(await restore({ quizzes: [older], games: [{ ...GAME, title: "Other" }] }, shelf)).toMatchObject({ there: 2 });
  const newer = { ...QUIZ, edited_at: 6 };
  expect(await restore({ quizzes: [newer], games: [] }, shelf)).toMatchObject({ quizzes: 1 });
  expect([kept.quizzes.get("a1"), kept.games.get(GAME.id)?.title]).toEqual([newer, "Rivers"]);
});

test.each(["", "{", "[]", "null", '{"title":"Quiz"}', '{"format":"quickpoll-library","version":2}'])(
  "%j is no such file",
  (text) => {
    expect(readBackup(text)).toBeNull();
  },
);

test("what is neither a quiz nor a game is left out and counted, whatever it is", async () => {
  const quizzes: unknown[] = [
    null,
    7,
    {},
    { ...QUIZ, id: "../x" },
    { ...QUIZ, draft: { title: 1, questions: [] } },
    { ...QUIZ, draft: { title: "", questions: [{ kind: "dance" }] } },
    { ...QUIZ, draft: { title: "", questions: [{ ...QUIZ.draft.questions[0], options: [{}] }] } },
    { ...QUIZ, draft: { title: "", questions: [{ ...QUIZ.draft.questions[0], details: { pairs: [1] } }] } },
  ];
  const games: unknown[] = [null, { ...GAME, standings: { title: "", questions: [{}], players: [] } }, { id: 1 }];
  expect(await restore({ quizzes, games }, shelf)).toEqual({ quizzes: 0, games: 0, there: 0, left_out: 11 });
  expect([kept.quizzes.size, kept.games.size]).toEqual([0, 0]);
});
