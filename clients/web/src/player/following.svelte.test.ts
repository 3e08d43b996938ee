// @vitest-environment happy-dom
// A player goes along into the next session: with name and avatar, also after a reload, and once.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Life } from "../game/life.svelte";
import { SESSION, freshServer, settle, YOU as ADA } from "../wire/fakes";
import type { SessionView } from "../wire/protocol";
import { keepToken, tokenFor } from "../wire/tokens";
import { joinId, waitToFollow } from "./following";
import type { Player } from "./player.svelte";
import { playerPage } from "./testing";

const connection = freshServer();
/** The page that was opened last. */
let page: Life<Player>;
const NEXT = "654321";
const YOU = { ...ADA, avatar: "fox", total_points: 10, rank: 1 };
const ENDED: SessionView = { ...SESSION, phase: "ended", podium: [], total: 30, seq: 7 };

beforeEach(() => {
  history.replaceState(null, "", "/join/123456");
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Opens the page of somebody who has a seat in a session that is over. */
function resumesAtEnd(session: Partial<SessionView> = {}): void {
  keepToken("player", "123456", "token", "");
  page = playerPage("123456");
  connection().onopen?.();
  connection().answer("resume_session", {
    type: "resumed",
    role: "player",
    code: "123456",
    session: { ...ENDED, ...session },
    you: YOU,
  });
}

/** The host opens the next session, and the page has waited for its turn. */
async function isCalled(): Promise<void> {
  connection().say({ type: "session_continues", seq: 8, code: NEXT });
  await vi.advanceTimersByTimeAsync(100);
  connection().onopen?.();
}

const joined = {
  type: "joined",
  code: NEXT,
  player_id: "b",
  player_token: "next",
  name: "Ada",
  avatar: "fox",
} as const;

test("the page joins the next session with the same name and avatar", async () => {
  resumesAtEnd();
  const before = connection();
  await isCalled();
  expect(before.closed).toBe(true);
  expect(page.current.following).toEqual({ code: NEXT, name: "Ada", avatar: "fox" });
  expect(connection().command("resume_session")).toBeUndefined();
  expect(connection().command("join_session")).toMatchObject({ code: NEXT, name: "Ada", avatar: "fox" });
  connection().answer("join_session", { ...joined, session: { ...SESSION, code: NEXT } });
  await settle();
  expect(page.current.following).toBeNull();
  expect(page.current.session.view).toMatchObject({ code: NEXT, phase: "lobby", you: { name: "Ada" } });
  expect([location.pathname, tokenFor("player", NEXT)]).toEqual([`/join/${NEXT}`, "next"]);
});

test("who was away, or opens the old page later, goes along then", async () => {
  resumesAtEnd({ continues_in: NEXT });
  await vi.advanceTimersByTimeAsync(100);
  connection().onopen?.();
  expect(connection().command("join_session")).toMatchObject({ code: NEXT, name: "Ada" });
});

test("a page that has a seat in the next session already takes that one", async () => {
  keepToken("player", NEXT, "next", "");
  localStorage.setItem(`quickpoll:seat:${NEXT}`, JSON.stringify({ name: "Ada" }));
  resumesAtEnd({ continues_in: NEXT });
  await vi.advanceTimersByTimeAsync(100);
  connection().onopen?.();
  expect(connection().command("resume_session")).toMatchObject({ token: "next" });
  expect(connection().command("join_session")).toBeUndefined();
  connection().answer("resume_session", { type: "resumed", role: "player", code: NEXT, session: SESSION, you: YOU });
  await settle();
  expect(page.current.session.view?.phase, "it is this session that is shown").toBe("lobby");
});

test("a page that is reloaded while it joins sends the same join again, so that its seat does not take its name", async () => {
  resumesAtEnd();
  await isCalled();
  const first = connection().command("join_session");
  expect(location.pathname, "a reload begins with the old session").toBe("/join/123456");
  page.current.dispose();
  resumesAtEnd({ continues_in: NEXT });
  await vi.advanceTimersByTimeAsync(100);
  connection().onopen?.();
  expect(connection().command("join_session")).toEqual(first);
});

test("what stands in the way is said where one joins by hand, with code, name and avatar", async () => {
  resumesAtEnd();
  await isCalled();
  connection().answer("join_session", { type: "error", code: "name_taken", message: "taken" });
  await settle();
  const { following, session } = page.current;
  expect([following, session.refused?.code, session.resuming]).toEqual([null, "name_taken", false]);
  expect(location.pathname).toBe(`/join/${NEXT}`);
  expect(localStorage.getItem("quickpoll:name")).toBe('"Ada"');
});

test("a failure on the way costs nothing: the page goes along again", async () => {
  vi.stubGlobal("reportError", () => {});
  resumesAtEnd();
  await isCalled();
  page.failed("view", new Error("cannot be drawn"));
  await vi.advanceTimersByTimeAsync(500);
  connection().onopen?.();
  expect(connection().command("join_session")).toMatchObject({ code: NEXT, name: "Ada" });
});

test("who leaves before the turn has come does not go along", async () => {
  vi.spyOn(Math, "random").mockReturnValue(1);
  resumesAtEnd();
  connection().say({ type: "session_continues", seq: 8, code: NEXT });
  void page.current.leave();
  connection().answer("leave_session", { type: "ok" });
  await vi.advanceTimersByTimeAsync(10_000);
  connection().onopen?.();
  expect(connection().command("join_session")).toBeUndefined();
});

test("a class goes at once, a hall over some seconds", () => {
  vi.spyOn(Math, "random").mockReturnValue(1);
  expect([waitToFollow(), waitToFollow(30), waitToFollow(3000), waitToFollow(20_000)]).toEqual([0, 30, 3000, 5000]);
});

test("the id of a join is of this tab, its session and its name", () => {
  const id = joinId(NEXT, "Ada");
  expect(joinId(NEXT, "Ada")).toBe(id);
  expect(joinId(NEXT, "Bob")).not.toBe(id);
  expect(joinId("111111", "Bob")).not.toBe(id);
});
