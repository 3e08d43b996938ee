// @vitest-environment happy-dom
// One object for each session, with one life: what it started ends with it, and a failure leads to a resume.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hostPage } from "../host/testing";
import { playerPage } from "../player/testing";
import { SESSION, freshServer } from "../wire/fakes";
import { keepToken, tokenFor } from "../wire/tokens";
import { Life } from "./life.svelte";

const connection = freshServer();

beforeEach(() => {
  vi.stubGlobal("reportError", () => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

function resumed(role: "host" | "player") {
  connection().onopen?.();
  connection().answer("resume_session", { type: "resumed", role, code: "123456", session: SESSION });
}

test("a session that follows another one inherits nothing of it", async () => {
  keepToken("host", "123456", "token", "");
  const page = hostPage("123456");
  resumed("host");
  const first = page.current;
  first.removal.begin("a", "Ada");
  first.inviteRemote();
  first.problem = "something";
  const before = connection();
  first.leave();
  expect(page.current).not.toBe(first);
  expect(before.closed).toBe(true);
  expect([page.current.removal.player, page.current.moving, page.current.problem, page.current.session.view]).toEqual([
    null,
    false,
    "",
    null,
  ]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(connection().command("kick_player")).toBeUndefined();
  expect(before.command("kick_player")).toBeUndefined();
});

test("one that is disposed of listens to nothing, and no timer of it is left", async () => {
  keepToken("player", "123456", "token", "");
  const added = [vi.spyOn(window, "addEventListener"), vi.spyOn(document, "addEventListener")];
  const page = playerPage("123456");
  resumed("player");
  const own = added
    .flatMap((spy) => spy.mock.calls)
    .filter(([, , options]) => !(options as { passive?: true })?.passive);
  expect(own.length).toBeGreaterThan(3);
  for (const [name, , options] of own) expect((options as { signal?: AbortSignal })?.signal, name).toBeDefined();
  page.current.dispose();
  for (const [, , options] of own) expect((options as { signal: AbortSignal }).signal.aborted).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
  await expect(page.current.session.send({ type: "leave_session" })).rejects.toMatchObject({ code: "session_ended" });
});

test("a message that cannot be taken in leads to a resume, and the server is told without its content", async () => {
  keepToken("player", "123456", "token", "");
  const page = playerPage("123456");
  resumed("player");
  const first = page.current;
  connection().onmessage?.({ data: '{"type":"players_joined","players":7}' });
  connection().onmessage?.({ data: '{"type":"resumed"}' });
  await vi.advanceTimersByTimeAsync(500);
  expect(page.current).not.toBe(first);
  resumed("player");
  expect(page.current.session.view?.title).toBe("Capitals");
  expect(connection().command("report_failure")).toMatchObject({ where: "message" });
  expect(Object.keys(connection().command("report_failure") ?? {}).sort()).toEqual(["id", "type", "where"]);
  expect(tokenFor("player", "123456")).toBe("token");
});

test("where the browser keeps nothing, a failure costs no seat", async () => {
  keepToken("player", "123456", "token", "");
  const page = playerPage("123456");
  resumed("player");
  localStorage.clear();
  sessionStorage.clear();
  page.failed("view", new Error("cannot be drawn"));
  await vi.advanceTimersByTimeAsync(500);
  connection().onopen?.();
  expect(connection().command("resume_session")).toMatchObject({ token: "token" });
});

test("what fails again and again is tried again later and later, and once at a time", async () => {
  vi.spyOn(Math, "random").mockReturnValue(1);
  let made = 0;
  const life = new Life(() => ({ seat: {}, dispose: () => {}, number: ++made }), {});
  const waits = [500, 1000, 2000, 4000, 8000, 15_000, 15_000];
  for (const wait_ms of waits) {
    const { number } = life.current;
    life.failed("view", new Error("again"));
    life.failed("view", new Error("of the same drawing"));
    await vi.advanceTimersByTimeAsync(wait_ms - 1);
    expect(life.current.number).toBe(number);
    await vi.advanceTimersByTimeAsync(1);
    expect(life.current.number).toBe(number + 1);
  }
});
