// @vitest-environment happy-dom
// A player who comes back: after a loss of network, a reload, in a second tab, or too late.
import { flushSync } from "svelte";
import { expect, test, vi } from "vitest";
import type { Life } from "../game/life.svelte";
import { QUESTION, SESSION, freshServer, settle, YOU } from "../wire/fakes";
import type { Player } from "./player.svelte";
import { playerPage } from "./testing";

const connection = freshServer();
/** The page that was opened last. */
let page: Life<Player>;

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

/** The page of a player who comes back, as after a loss of network or a reload. */
function resumes(session: Partial<typeof SESSION> & Record<string, unknown>, you: Record<string, unknown> = {}) {
  connection().drop();
  vi.advanceTimersByTime(1000);
  connection().onopen?.();
  connection().answer("resume_session", {
    type: "resumed",
    role: "player",
    code: "123456",
    session: { ...SESSION, ...session },
    you: { ...YOU, ...you },
  });
}

test("who missed the opening of a question can answer it", async () => {
  const player = await inLobby();
  connection().say({ type: "new_question", seq: 2, question: QUESTION, opens_at: 0, closes_at: 9 });
  player.choose(0);
  connection().answer("submit_answer", { type: "answer_accepted", question: 0, received_at: 1, counted_at: 1 });
  await settle();
  expect(player.submission).toBe("accepted");
  resumes({ phase: "question", seq: 6, question: { ...QUESTION, index: 1 }, opens_at: 0, closes_at: 9 });
  await settle();
  expect([player.submission, player.chosen]).toEqual(["none", []]);
  player.choose(1);
  expect(connection().command("submit_answer")).toMatchObject({ question: 1, answer: 1 });
});

test("where the browser keeps nothing, a lost connection costs no seat", async () => {
  const player = await inLobby();
  localStorage.clear();
  sessionStorage.clear();
  resumes({});
  expect(connection().command("resume_session")).toMatchObject({ token: "token" });
  expect(player.session.view?.you?.name).toBe("Ada");
});

test("another player in a second tab does not take this tab's seat", async () => {
  await inLobby();
  const kept = JSON.parse(localStorage.getItem("quickpoll:player:123456") as string) as object;
  localStorage.setItem("quickpoll:player:123456", JSON.stringify({ ...kept, token: "of the other tab" }));
  playerPage("123456");
  connection().onopen?.();
  expect(connection().command("resume_session")).toMatchObject({ token: "token" });
});

test("a page whose kept session is gone shows the way in, and does not go on saying that it is coming back", async () => {
  localStorage.setItem(
    "quickpoll:player:123456",
    JSON.stringify({ code: "123456", token: "old", title: "", kept_at: Date.now() }),
  );
  page = playerPage("123456");
  const seen: boolean[] = [];
  const stop = $effect.root(() => {
    $effect(() => {
      seen.push(page.current.session.resuming);
    });
  });
  flushSync();
  connection().onopen?.();
  connection().answer("resume_session", { type: "error", code: "session_not_found", message: "" });
  await settle();
  flushSync();
  expect(seen).toEqual([true, false]);
  stop();
});

test("who comes back at the end has the figures of the quiz", async () => {
  const player = await inLobby();
  const final = { rank: 1, points: 900, correct: 1, questions: 1, best_streak: 1, average_response_ms: 1200 };
  resumes({ phase: "ended", seq: 9, podium: [], total: 3 }, { final: { type: "your_final", ...final } });
  expect(player.session.view?.you?.final).toMatchObject(final);
  expect(player.session.view?.total).toBe(3);
});

test("who types code and name again on the device that has the seat gets the seat back", async () => {
  await inLobby();
  page = playerPage(null);
  connection().onopen?.();
  void page.current.join("123456", "Ada", "x");
  connection().onopen?.();
  expect(connection().command("join_session")).toBeUndefined();
  expect(connection().command("resume_session")).toMatchObject({ token: "token" });
});

/** Seconds in which each connection is refused. */
async function refusedFor(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    connection().drop();
    await vi.advanceTimersByTimeAsync(1000);
  }
}

test("a page that gets no connection says so within 15 s, and goes on trying", async () => {
  page = playerPage(null);
  const player = page.current;
  await refusedFor(15);
  expect([player.session.stuck, player.session.refusedAs]).toEqual([true, null]);
  const last = connection();
  while (connection() === last) await vi.advanceTimersByTimeAsync(100);
  connection().onopen?.();
  expect(player.session.stuck).toBe(false);
});

test("a network that cuts the connection again and again is said to do so, for a while", async () => {
  await inLobby();
  const said: boolean[] = [];
  for (let cut = 0; cut < 5; cut++) {
    resumes({ phase: "lobby", seq: 9 });
    said.push(page.current.session.severed);
  }
  expect(said).toEqual([false, false, false, false, true]);
  await vi.advanceTimersByTimeAsync(9_500);
  expect(page.current.session.severed).toBe(false);
});

test("a page whose connections the server refuses says by which name it was asked", async () => {
  const { fetch } = globalThis;
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ host: "gateway:8000", refuses: "origin" })));
  page = playerPage(null);
  await refusedFor(15);
  expect([page.current.session.stuck, page.current.session.refusedAs]).toEqual([true, "gateway:8000"]);
  vi.stubGlobal("fetch", fetch);
});
