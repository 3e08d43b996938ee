// @vitest-environment happy-dom
import { afterEach, expect, test } from "vitest";
import { QUESTION, freshServer, settle, SESSION } from "../wire/fakes";
import { remove } from "../device/storage";
import type { View } from "../game/reducer";
import type { Host } from "./host.svelte";
import { KEYS, isNext, keyAction, keyOf, useLetters } from "./keys";
import { hostPage } from "./testing";

const connection = freshServer();

afterEach(() => remove("letter-keys"));

async function atResults(): Promise<{ host: Host; view: () => View }> {
  const host = hostPage(null).current;
  connection().onopen?.();
  void host.create({ title: "Capitals", questions: [] }, {});
  connection().answer("create_session", {
    type: "session_created",
    code: "123456",
    host_token: "token",
    join_url: "http://h/join/123456",
    session: SESSION,
  });
  await settle();
  connection().say({ type: "new_question", seq: 2, question: QUESTION, opens_at: 0, closes_at: 10_000 });
  connection().say({
    type: "question_results",
    seq: 3,
    question: 0,
    correct: [0],
    counts: [1, 0],
    answered: 1,
    total: 1,
    explanation: null,
  });
  connection().say({ type: "leaderboard", seq: 4, question: 0, entries: [], total: 1 });
  return { host, view: () => host.session.view! };
}

test("no two keys mean the same key", () => {
  const keys = KEYS.flatMap((key) => key.keys);
  expect(new Set(keys).size).toBe(keys.length);
});

test("a clicker turns from the results to the leaderboard and back", async () => {
  const { host, view } = await atResults();
  keyAction("pagedown", host, view())!();
  expect(host.board).toBe("leaderboard");
  keyAction("pageup", host, view())!();
  expect(host.board).toBe("results");
  keyAction(".", host, view())!();
  expect(host.panel).toBe("dark");
});

test("letters can be switched off; what is no letter still leads", async () => {
  const { host, view } = await atResults();
  useLetters(false);
  for (const key of KEYS.flatMap(({ keys }) => keys))
    expect([key, keyAction(key, host, view()) !== null]).toEqual([key, key.length > 1 || key === " "]);
  useLetters(true);
  keyAction("q", host, view())!();
  expect(host.panel).toBe("code");
});

test.each([
  [{ key: "F", code: "KeyF" }, "f"],
  // As the letter is printed, not where it stands on others.
  [{ key: "a", code: "KeyQ" }, "a"],
  [{ key: "а", code: "KeyF" }, "f"],
  [{ key: "ب", code: "KeyF" }, "f"],
  [{ key: "PageDown", code: "PageDown" }, "pagedown"],
  [{ key: "é", code: "Digit2" }, "é"],
])("the key %o is %s", (event, key) => {
  expect(keyOf(event)).toBe(key);
});

test("four keys go on", () => {
  expect([" ", "arrowright", "arrowdown", "pagedown", "b"].filter(isNext)).toHaveLength(4);
});
