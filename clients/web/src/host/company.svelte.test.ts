// @vitest-environment happy-dom
// The host takes the people of a session along into the next one.
import { expect, test, vi } from "vitest";
import type { Life } from "../game/life.svelte";
import { SESSION, freshServer, settle } from "../wire/fakes";
import { keepToken, tokenFor } from "../wire/tokens";
import { company, keepCompany } from "./company";
import type { Host } from "./host.svelte";
import { hostPage } from "./testing";

const connection = freshServer();
/** The page that was opened last. */
let page: Life<Host>;
const BEFORE = "123456";
const NEXT = "654321";

function resumed(code: string, phase: "lobby" | "ended") {
  connection().onopen?.();
  connection().answer("resume_session", {
    type: "resumed",
    role: "host",
    code,
    session: { ...SESSION, code, phase, total: 23 },
  });
}

/** The host has come to the end of a session and goes on with the same people. */
async function playsOn(): Promise<void> {
  keepToken("host", BEFORE, "before", "");
  page = hostPage(BEFORE);
  resumed(BEFORE, "ended");
  void page.current.playOn();
  await vi.advanceTimersByTimeAsync(3000);
}

/** The host opens the next lobby. */
async function opens(): Promise<void> {
  connection().onopen?.();
  void page.current.create({ title: "Rivers", questions: [] }, {});
  connection().answer("create_session", {
    type: "session_created",
    code: NEXT,
    host_token: "next",
    join_url: "http://h/join/654321",
    session: { ...SESSION, code: NEXT },
  });
  await settle();
}

test("back at the quizzes, it is known who comes along; the session before is neither ended nor forgotten", async () => {
  await playsOn();
  expect(company()).toEqual({ code: BEFORE, people: 23 });
  expect(page.current.session.view).toBeNull();
  expect(tokenFor("host", BEFORE)).toBe("before");
  expect(connection().command("end_session")).toBeUndefined();
});

test("when the next lobby is open, the session before says where it is, and is given up", async () => {
  await playsOn();
  await opens();
  resumed(BEFORE, "ended");
  expect(connection().command("continue_in")).toMatchObject({ code: NEXT });
  connection().answer("continue_in", { type: "ok" });
  await settle();
  expect([company(), tokenFor("host", BEFORE), connection().closed]).toEqual([null, null, true]);
  expect(page.current.session.view?.code).toBe(NEXT);
  expect([page.current.problem, tokenFor("host", NEXT)]).toEqual(["", "next"]);
});

test("a lobby that is reloaded before that was said says it again; another session does not", async () => {
  await playsOn();
  await opens();
  page.current.dispose();
  await settle();
  expect(company()).toEqual({ code: BEFORE, people: 23, next: NEXT });
  keepToken("host", "111111", "other", "");
  hostPage("111111");
  const other = connection();
  resumed("111111", "lobby");
  expect(connection()).toBe(other);
  page = hostPage(NEXT);
  resumed(NEXT, "lobby");
  resumed(BEFORE, "ended");
  expect(connection().command("continue_in")).toMatchObject({ code: NEXT });
});

test("when the session before is gone, the host is told, and nobody is waited for", async () => {
  await playsOn();
  await opens();
  connection().onopen?.();
  connection().answer("resume_session", { type: "error", code: "session_not_found", message: "gone" });
  await settle();
  expect(company()).toBeNull();
  expect(page.current.problem).not.toBe("");
});

test("nobody is brought along who was let go", async () => {
  await playsOn();
  keepCompany(null);
  await opens();
  const lobby = connection();
  await vi.advanceTimersByTimeAsync(1000);
  expect(connection()).toBe(lobby);
  expect(lobby.command("continue_in")).toBeUndefined();
});
