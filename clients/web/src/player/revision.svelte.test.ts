// @vitest-environment happy-dom
/** A ruling on the phone of a player: what is shown of it, and that it is read out once. */
import { beforeEach, expect, test, vi } from "vitest";
import { prepareAnnouncements } from "../device/announce";
import { reduce } from "../game/reducer";
import { QUESTION, SESSION, freshServer, YOU } from "../wire/fakes";
import type { Resumed, You, YourResult } from "../wire/protocol";
import type { Player } from "./player.svelte";
import { revised, revisionOf } from "./revision";
import { playerPage } from "./testing";

/** What was read out since it was last asked. */
function said(): (string | null)[] {
  const lines = Array.from(document.querySelectorAll("[aria-live] p"));
  for (const line of lines) line.remove();
  return lines.map((line) => line.textContent);
}

const RULING = { accept: 1, share: 100, void: false, points: null, player_id: null };
const EFFECT = { number: 1, points: 850, undone: false, ruling: RULING };
const RESULT: YourResult = {
  type: "your_result",
  question: 0,
  answered: true,
  correct: false,
  points: 0,
  total_points: 0,
  rank: 2,
  streak: 0,
  response_ms: 900,
  share: 0,
};
const RULED: YourResult = { ...RESULT, correct: true, share: 100, points: 850, total_points: 850, ruling: EFFECT };
const TEXT = "The host has changed the scoring of question 1. “Mombasa” counts as right. 850 points more for you.";
const results = (change: object = {}) => ({
  type: "question_results" as const,
  seq: 3,
  question: 0,
  correct: [0],
  counts: [0, 1],
  answered: 1,
  total: 1,
  explanation: null,
  solution: null,
  tally: null,
  advances_at: null,
  ...change,
});

const connection = freshServer();
beforeEach(() => {
  document.body.replaceChildren();
  prepareAnnouncements();
});

async function afterQuestion(): Promise<Player> {
  const player = playerPage(null).current;
  connection().onopen?.();
  void player.join("123456", "Ada", "x");
  connection().answer("join_session", { type: "joined", ...YOU, code: "123456", player_token: "t", session: SESSION });
  await vi.advanceTimersByTimeAsync(0);
  connection().say({ type: "new_question", seq: 2, question: QUESTION, opens_at: 0, closes_at: 10_000 });
  connection().say(results());
  connection().say(RESULT);
  vi.advanceTimersByTime(50);
  said();
  return player;
}

function picture(you: Partial<You>): Omit<Resumed, "type"> {
  const session = { ...SESSION, seq: 9, phase: "results" as const, question: QUESTION, results: results({ seq: 8 }) };
  return { role: "player", code: "123456", player_id: "a", session, you: { ...YOU, ...you } };
}

test("a ruling is shown with what changed and why, and read out once, also over a lost connection", async () => {
  const player = await afterQuestion();
  connection().say(results({ seq: 4, correct: [0, 1], rulings: [{ number: 1, ruling: RULING }] }));
  connection().say(RULED);
  vi.advanceTimersByTime(50);
  const view = player.session.view!;
  expect(view.you).toMatchObject({ total_points: 850, result: { points: 850 } });
  expect(revised(view).map((one) => revisionOf(one, view).what)).toEqual(["“Mombasa” counts as right"]);
  expect(said()).toEqual([TEXT]);
  connection().drop();
  vi.advanceTimersByTime(2000);
  connection().onopen?.();
  connection().answer("resume_session", { type: "resumed", ...picture({ total_points: 850, result: RULED }) });
  expect(player.session.view?.you?.result).toEqual(RULED);
  expect(said()).toEqual([]);
});

test("a ruling that was made while the page was away is read out when it is back", async () => {
  await afterQuestion();
  connection().drop();
  vi.advanceTimersByTime(2000);
  connection().onopen?.();
  connection().answer("resume_session", { type: "resumed", ...picture({ total_points: 850, result: RULED }) });
  expect(said()).toEqual([TEXT]);
});

test("another rank alone is not read out, and is no verdict", async () => {
  const player = await afterQuestion();
  connection().say({ ...RESULT, rank: 3 });
  vi.advanceTimersByTime(50);
  expect(player.session.view?.you).toMatchObject({ rank: 3, result: { rank: 3 } });
  expect(said()).toEqual([]);
});

test("an earlier question is news beside the result of the last one, until the next question", () => {
  const you = { ...YOU, result: { ...RESULT, question: 1 } };
  const { session } = picture({});
  let view = reduce(null, { type: "resumed", ...picture({}), session, you });
  view = reduce(view, { ...RULED, ruling: { ...EFFECT, points: -850, undone: true } });
  expect(view!.you?.result?.question).toBe(1);
  expect(revisionOf(revised(view!)[0]!, view!)).toMatchObject({
    what: "No longer: “Mombasa” counts as right",
    effect: "850 points fewer for you",
  });
  view = reduce(view, { type: "new_question", seq: 10, question: QUESTION, opens_at: 0, closes_at: null });
  expect(revised(view!)).toEqual([]);
});
