// @vitest-environment happy-dom
import { afterEach, expect, test } from "vitest";
import { freshServer } from "../wire/fakes";
import { remove } from "../device/storage";
import type { View } from "../game/reducer";
import type { Host } from "./host.svelte";
import { KEYS, isNext, keyAction, keyOf, useLetters } from "./keys";
import { resultsPage } from "./testing";

const connection = freshServer();

afterEach(() => remove("letter-keys"));

async function atResults(): Promise<{ host: Host; view: () => View }> {
  const { current: host } = await resultsPage(connection);
  return { host, view: () => host.session.view! };
}

test("no two keys mean the same key", () => {
  const keys = KEYS.flatMap((key) => key.keys);
  expect(new Set(keys).size).toBe(keys.length);
});

test("the list of keys says each thing once", () => {
  const said = KEYS.map(({ does }) => does);
  expect(new Set(said).size).toBe(said.length);
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
