// @vitest-environment happy-dom
import { expect, test, vi } from "vitest";
import type { Life } from "../game/life.svelte";
import { QUESTION, SESSION, freshServer, settle } from "../wire/fakes";
import type { PublicQuestion } from "../wire/protocol";
import { keepToken, keptTokens, tokenFor } from "../wire/tokens";
import { type Host, TURN_MS } from "./host.svelte";
import { rulerOf } from "./rulings/ruler";
import { RESULTS, hostPage, lobbyPage, resultsPage } from "./testing";

const connection = freshServer();
/** The page that was opened last. */
let page: Life<Host>;

async function inLobby(settings = SESSION.settings): Promise<Host> {
  page = await lobbyPage(connection, settings);
  return page.current;
}

async function withResults(question: Partial<PublicQuestion> = {}, settings = SESSION.settings): Promise<Host> {
  page = await resultsPage(connection, question, settings);
  return page.current;
}

test("a new session is in the address, and its token is kept", async () => {
  await inLobby();
  expect(location.hash).toBe("#123456");
  expect(tokenFor("host", "123456")).toBe("token");
});

test("after the results comes the leaderboard, then the next question", async () => {
  const host = await withResults();
  expect(host.board).toBe("results");
  void host.next();
  expect(host.board).toBe("leaderboard");
  expect(connection().command("next_question")).toBeUndefined();
  void host.next();
  expect(connection().command("next_question")).toBeDefined();
});

test.each([
  ["a poll, which moves nobody", { kind: "poll" }],
  ["the last question, since the podium comes", { index: 2 }],
] as const)("no leaderboard after %s", async (_, question) => {
  const host = await withResults(question);
  void host.next();
  expect(connection().command("next_question")).toBeDefined();
});

test("a session that advances by itself shows both boards in the time there is", async () => {
  const host = await withResults({}, { ...SESSION.settings, auto_advance_ms: 8000 });
  vi.advanceTimersByTime(3999);
  expect(host.board).toBe("results");
  vi.advanceTimersByTime(1);
  expect(host.board).toBe("leaderboard");
});

test("the dialog of rulings holds a session that advances by itself, and a ruling closes no question again", async () => {
  const host = await withResults({}, { ...SESSION.settings, auto_advance_ms: 8000 });
  host.openRulings();
  expect(connection().command("pause_quiz")).toMatchObject({ paused: true });
  connection().answer("pause_quiz", { type: "ok" });
  connection().say({ type: "quiz_paused", seq: 5, paused: true, advances_at: null });
  connection().say({ ...RESULTS, seq: 6, correct: [0, 1] });
  vi.advanceTimersByTime(9000);
  expect(host.board).toBe("results");
  host.closeRulings();
  await settle();
  expect(connection().command("pause_quiz")).toMatchObject({ paused: false });
  expect(host.panel).toBeNull();
});

test("a tap on an answer proposes what it does not earn yet, where something can be right", async () => {
  const host = await withResults();
  rulerOf(host)?.(1, 0);
  expect(host.drafted).toEqual({ question: 0, ruling: { accept: 1, share: 100 }, share: 0 });
  rulerOf(host)?.(0, 100);
  expect(host.drafted?.ruling).toEqual({ accept: 0, share: 0 });
  expect(rulerOf(await withResults({ kind: "poll" }))).toBeUndefined();
});

test("the next question begins with its own results board", async () => {
  const host = await withResults();
  void host.next();
  connection().say({
    type: "new_question",
    seq: 5,
    question: { ...QUESTION, index: 1 },
    opens_at: 0,
    closes_at: 10_000,
  });
  expect(host.board).toBe("results");
});

test("who was removed by mistake is kept by an undo", async () => {
  const host = await inLobby();
  host.removal.begin("a", "Ada");
  expect(host.removal.player).toEqual({ id: "a", name: "Ada" });
  host.removal.undo();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(host.removal.player).toBeNull();
  expect(connection().command("kick_player")).toBeUndefined();
});

test("without an undo the player is removed, and at once when another one is", async () => {
  const host = await inLobby();
  host.removal.begin("a", "Ada");
  host.removal.begin("b", "Bob");
  expect(connection().command("kick_player")).toMatchObject({ player_id: "a" });
  connection().answer("kick_player", { type: "ok" });
  await vi.advanceTimersByTimeAsync(5000);
  expect(connection().command("kick_player")).toMatchObject({ player_id: "b" });
});

test("closing a question that was just closed is no problem; another refusal is told", async () => {
  const host = await inLobby();
  void host.closeQuestion();
  connection().answer("close_question", { type: "error", code: "wrong_phase", message: "closed" });
  await settle();
  expect(host).toMatchObject({ problem: "", busy: false });
  void host.lock(true);
  connection().answer("lock_session", { type: "error", code: "forbidden", message: "not yours" });
  await settle();
  expect(host.problem).toBe("not yours");
});

test("ending the session goes back to the start", async () => {
  const host = await inLobby();
  void host.end();
  connection().answer("end_session", { type: "ok" });
  await settle();
  expect(page.current.session.view).toBeNull();
  expect(location.hash).toBe("");
  expect(tokenFor("host", "123456")).toBeNull();
});

test("a stage that has shown the link for a remote turns to the leaderboard by itself, unless paused", async () => {
  const host = await withResults();
  expect(host.moving).toBe(false);
  expect(host.inviteRemote()).toBe("http://h/host#remote=123456.token");
  expect(host.moving).toBe(true);
  connection().say({ type: "quiz_paused", seq: 5, paused: true });
  await vi.advanceTimersByTimeAsync(TURN_MS);
  expect(host.board).toBe("results");
  connection().say({ type: "quiz_paused", seq: 6, paused: false });
  await vi.advanceTimersByTimeAsync(TURN_MS);
  expect(host.board).toBe("leaderboard");
});

test("the page knows when the session moves on, until it is paused", async () => {
  const host = await withResults({}, { ...SESSION.settings, auto_advance_ms: 8000 });
  expect(host.advances_at).toBe(8001);
  connection().say({ type: "quiz_paused", seq: 5, paused: true, advances_at: null });
  await settle();
  expect(host.advances_at).toBeNull();
  connection().say({ type: "quiz_paused", seq: 6, paused: false, advances_at: 9000 });
  await settle();
  expect(host.advances_at).toBe(9000);
});

test("the remote resumes beside the stage, moves on without a leaderboard of its own, and keeps the quiz's title", async () => {
  keepToken("host", "123456", "token", "");
  page = hostPage("123456", true);
  const host = page.current;
  connection().onopen?.();
  expect(connection().command("resume_session")).toMatchObject({ token: "token", remote: true });
  connection().answer("resume_session", {
    type: "resumed",
    role: "host",
    code: "123456",
    remote: true,
    session: { ...SESSION, phase: "results", question: QUESTION },
  });
  await settle();
  void host.next();
  expect(connection().command("next_question")).toBeDefined();
  expect(keptTokens("host")[0]?.title).toBe("Capitals");
});

test("extra time is set for a player, and shown once the server says so", async () => {
  const host = await inLobby();
  connection().say({ type: "players_joined", players: [{ id: "a", name: "Ada", avatar: "" }], player_count: 1 });
  connection().say({ type: "extra_time_asked", player_ids: ["a"] });
  expect(host.session.view?.players.get("a")?.asks_extra_time).toBe(true);
  void host.setExtraTime("a", 50);
  expect(connection().command("set_extra_time")).toMatchObject({ player_id: "a", percent: 50 });
  connection().say({ type: "extra_time_set", player_id: "a", percent: 50 });
  expect(host.session.view?.players.get("a")).toMatchObject({ extra_time_percent: 50, asks_extra_time: false });
});

test("at the end the standings are fetched once, and the podium can be had again", async () => {
  const host = await withResults();
  connection().say({ type: "quiz_ended", seq: 5, podium: [], total: 1, questions: 1 });
  await vi.advanceTimersByTimeAsync(50);
  host.turnPodium();
  expect(host.board).toBe("standings");
  connection().answer("get_results", {
    type: "results",
    title: "Capitals",
    questions: [],
    players: [],
    next_offset: null,
  });
  await settle();
  expect(host.standings).toEqual({ title: "Capitals", questions: [], players: [] });
  host.turnPodium();
  expect(host.board).toBe("podium");
});

test("the log is fetched page by page, and a refusal is a problem that is shown", async () => {
  const host = await withResults();
  const fetching = host.fetchLog();
  connection().answer("get_log", { type: "log", text: "one\n", next_cursor: null });
  expect(await fetching).toBe("one\n");
  const refused = host.fetchLog();
  connection().answer("get_log", { type: "error", code: "wrong_phase", message: "not now" });
  expect(await refused).toBeNull();
  expect(host.problem).not.toBeNull();
});

test("commands name the question that they mean", async () => {
  const host = await inLobby();
  connection().say({ type: "new_question", seq: 2, question: QUESTION, opens_at: 0, closes_at: 10_000 });
  void host.closeQuestion();
  expect(connection().command("close_question")).toMatchObject({ question: 0 });
});

test("when the next question comes is known from the server, also after a reload", () => {
  keepToken("host", "123456", "token", "Capitals", "http://h/join/123456");
  page = hostPage("123456");
  const host = page.current;
  connection().onopen?.();
  connection().answer("resume_session", {
    type: "resumed",
    role: "host",
    code: "123456",
    join_url: "http://moved/join/123456",
    session: { ...SESSION, phase: "results", question: QUESTION, advances_at: 5000 },
  });
  expect(host.advances_at).toBe(5000);
  expect(host.session.view?.join_url).toBe("http://moved/join/123456");
});

test("the address where phones join survives any number of reloads", () => {
  keepToken("host", "123456", "token", "Capitals", "http://h/join/123456");
  for (let reload = 1; reload <= 3; reload += 1) {
    page = hostPage("123456");
    const host = page.current;
    connection().onopen?.();
    connection().answer("resume_session", { type: "resumed", role: "host", code: "123456", session: SESSION });
    expect(host.session.view?.join_url).toBe("http://h/join/123456");
  }
});

test("when the session is over, the stage can be left, and what is asked of it is refused", async () => {
  const host = await withResults();
  connection().say({ type: "session_closed", seq: 5, reason: "ended_by_host" });
  connection().drop(4500);
  await host.loadStandings();
  expect(host.problem).not.toBe("");
  await host.end();
  expect(page.current.session.view).toBeNull();
});
