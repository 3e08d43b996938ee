// @vitest-environment happy-dom
import { expect, test, vi } from "vitest";
import type { Life } from "../game/life.svelte";
import { QUESTION, SESSION, freshServer, settle, YOU } from "../wire/fakes";
import type { YourResult } from "../wire/protocol";
import { tokenFor } from "../wire/tokens";
import type { Player } from "./player.svelte";
import { playerPage } from "./testing";
import { receiptsOf } from "./receipts";

const connection = freshServer();
/** The page that was opened last. */
let page: Life<Player>;
const RESULT: YourResult = {
  type: "your_result",
  question: 0,
  answered: false,
  correct: false,
  points: 0,
  total_points: 0,
  rank: 1,
  streak: 0,
  response_ms: null,
  share: null,
};

async function inLobby(): Promise<Player> {
  page = playerPage(null);
  const player = page.current;
  connection().onopen?.();
  void player.join("123456", "Ada", "x");
  connection().answer("join_session", {
    type: "joined",
    ...YOU,
    code: "123456",
    player_token: "token",
    session: SESSION,
  });
  await settle();
  return player;
}

async function asked(kind: typeof QUESTION.kind = "single", seq = 2): Promise<Player> {
  const player = await inLobby();
  connection().say({ type: "new_question", seq, question: { ...QUESTION, kind }, opens_at: 0, closes_at: 10_000 });
  return player;
}

test("who joins gets the session into the address and the token kept", async () => {
  await inLobby();
  expect(location.pathname).toBe("/join/123456");
  expect(tokenFor("player", "123456")).toBe("token");
});

test("a reload resumes with the token", async () => {
  await inLobby();
  page = playerPage("123456");
  const again = page.current;
  expect(again.session.resuming).toBe(true);
  connection().onopen?.();
  expect(connection().sent[0]).toMatchObject({ type: "resume_session", token: "token" });
});

test("an option is chosen and sent by one tap, and locked in when the server has it", async () => {
  const player = await asked();
  player.choose(1);
  expect(player.chosen).toEqual([1]);
  expect(player.submission).toBe("sent");
  expect(connection().command("submit_answer")).toMatchObject({ question: 0, answer: 1 });
  connection().answer("submit_answer", { type: "answer_accepted", question: 0, received_at: 1 });
  await settle();
  expect(player.submission).toBe("accepted");
  player.choose(0);
  expect(player.chosen).toEqual([1]);
});

test("the receipt of an answer is kept", async () => {
  const player = await asked();
  player.choose(1);
  const receipt = "9f86d081884c7d659a2f";
  connection().answer("submit_answer", { type: "answer_accepted", question: 0, received_at: 1, receipt });
  await settle();
  expect(receiptsOf(player.session.view?.you?.player_id ?? "")).toEqual({ 0: receipt });
});

test("an answer says how long after the opening of the options it was tapped, also when it is sent again", async () => {
  const player = await asked();
  player.opened(0);
  vi.advanceTimersByTime(1500);
  player.opened(0);
  player.choose(1, performance.now() - 20);
  expect(connection().command("submit_answer")).toMatchObject({ elapsed_ms: 1480 });
  connection().drop();
  await vi.advanceTimersByTimeAsync(1_000);
  connection().onopen?.();
  connection().answer("resume_session", {
    type: "resumed",
    role: "player",
    code: "123456",
    session: SESSION,
    you: YOU,
  });
  expect(connection().command("submit_answer")).toMatchObject({ elapsed_ms: 1480 });
});

test("an answer to options that this page has not seen opening says nothing", async () => {
  const player = await asked();
  player.opened(0);
  connection().say({
    type: "new_question",
    seq: 3,
    question: { ...QUESTION, index: 1 },
    opens_at: 0,
    closes_at: 10_000,
  });
  player.choose(1);
  expect(connection().command("submit_answer")).not.toHaveProperty("elapsed_ms");
});

test("where several can be right, what counts is when they were confirmed", async () => {
  const player = await asked("multiple");
  player.opened(0);
  vi.advanceTimersByTime(1000);
  player.choose(1);
  vi.advanceTimersByTime(1000);
  void player.submit();
  expect(connection().command("submit_answer")).toMatchObject({ answer: [1], elapsed_ms: 2000 });
});

test("where several can be right, options are taken and put back until they are confirmed", async () => {
  const player = await asked("multiple");
  player.choose(1);
  player.choose(0);
  player.choose(1);
  player.choose(1);
  expect(player.chosen).toEqual([0, 1]);
  expect(connection().command("submit_answer")).toBeUndefined();
  void player.submit();
  expect(connection().command("submit_answer")).toMatchObject({ answer: [0, 1] });
});

test("an answer that the network swallowed is sent again, with the same id", async () => {
  const player = await asked();
  player.choose(0);
  const id = connection().command("submit_answer")?.id;
  connection().drop();
  expect(player.submission).toBe("resent");
  vi.advanceTimersByTime(1000);
  connection().onopen?.();
  connection().say({
    type: "resumed",
    role: "player",
    code: "123456",
    session: { ...SESSION, phase: "question", question: QUESTION },
    you: YOU,
  });
  expect(connection().command("submit_answer")).toMatchObject({ id, answer: 0 });
  expect(player.submission).toBe("resent");
  connection().answer("submit_answer", { type: "answer_accepted", question: 0, received_at: 1 });
  await settle();
  expect(player.submission).toBe("accepted");
});

test("an answer after the end of the question came too late", async () => {
  const player = await asked();
  player.choose(0);
  connection().answer("submit_answer", { type: "error", code: "question_closed", message: "closed" });
  await settle();
  expect(player.submission).toBe("late");
});

test("so did one that was still on its way when the result came without it", async () => {
  const player = await asked();
  player.choose(0);
  connection().say({
    type: "question_results",
    seq: 3,
    question: 0,
    correct: [0],
    counts: [0, 0],
    answered: 0,
    total: 1,
    explanation: null,
  });
  connection().say(RESULT);
  expect(player.submission).toBe("late");
});

test("a clock a little ahead is not a reason to refuse: the answer is given again", async () => {
  const player = await asked();
  player.choose(0);
  connection().answer("submit_answer", { type: "error", code: "not_open_yet", message: "early" });
  await vi.advanceTimersByTimeAsync(100);
  expect(player.submission).toBe("sent");
  connection().answer("submit_answer", { type: "answer_accepted", question: 0, received_at: 1 });
  await settle();
  expect(player.submission).toBe("accepted");
});

test("who comes back in the middle of a question sees the answer given before", async () => {
  await inLobby();
  page = playerPage("123456");
  const player = page.current;
  connection().onopen?.();
  const session = { ...SESSION, phase: "question" as const, question: QUESTION };
  connection().say({
    type: "resumed",
    role: "player",
    code: "123456",
    session,
    you: { ...YOU, answered: true, answer: 1 },
  });
  expect(player.submission).toBe("accepted");
  expect(player.chosen).toEqual([1]);
});

test("a new question starts with nothing chosen", async () => {
  const player = await asked();
  player.choose(0);
  connection().answer("submit_answer", { type: "answer_accepted", question: 0, received_at: 1 });
  await settle();
  connection().say({
    type: "new_question",
    seq: 5,
    question: { ...QUESTION, index: 1 },
    opens_at: 0,
    closes_at: 10_000,
  });
  expect(player.submission).toBe("none");
  expect(player.chosen).toEqual([]);
});

test("result and rank are drawn together", async () => {
  const player = await asked();
  connection().say({
    type: "question_results",
    seq: 3,
    question: 0,
    correct: [0],
    counts: [0, 0],
    answered: 0,
    total: 1,
    explanation: null,
  });
  expect(player.session.view?.phase).toBe("question");
  connection().say(RESULT);
  connection().say({ type: "leaderboard", seq: 4, question: 0, entries: [], total: 1 });
  expect(player.session.view).toMatchObject({
    phase: "results",
    you: { result: { rank: 1 } },
    leaderboard: { total: 1 },
  });
});

test("a seat that is no longer mine leads back to the start, with the reason", async () => {
  await inLobby();
  page = playerPage("123456");
  connection().onopen?.();
  connection().say({ type: "error", code: "session_not_found", message: "gone" });
  expect(page.current.session.view).toBeNull();
  expect(page.current.session.refused?.code).toBe("session_not_found");
  expect(tokenFor("player", "123456")).toBeNull();
});

test.each([
  [4501, "kicked"],
  [4500, "closed"],
  [4502, "elsewhere"],
] as const)("close code %i ends it as %s", async (code, ending) => {
  const player = await inLobby();
  connection().drop(code);
  expect(player.session.ending).toBe(ending);
  expect(tokenFor("player", "123456")).toBe(ending === "elsewhere" ? "token" : null);
});

test("leaving gives the seat up and goes back to the start", async () => {
  const player = await inLobby();
  void player.leave();
  connection().answer("leave_session", { type: "ok" });
  await settle();
  expect(page.current.session.view).toBeNull();
  expect(tokenFor("player", "123456")).toBeNull();
  expect(location.pathname).toBe("/");
});

test("extra time is asked for once, and shown as asked until the host has decided", async () => {
  const player = await inLobby();
  void player.askExtraTime();
  connection().answer("ask_extra_time", { type: "ok" });
  await settle();
  expect(player.session.view?.you?.asks_extra_time).toBe(true);
  connection().say({ type: "your_extra_time", percent: 25 });
  await settle();
  expect(player.session.view?.you).toMatchObject({ asks_extra_time: false, extra_time_percent: 25 });
});
