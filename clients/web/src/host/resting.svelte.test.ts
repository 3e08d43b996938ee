// @vitest-environment happy-dom
import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { View } from "../game/reducer";
import { SESSION } from "../wire/fakes";
import { REST_MS, rest } from "./resting.svelte";

const LOBBY: View = { ...SESSION, role: "host", players: new Map() };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("the large button rests when it means something else, and only then", () => {
  let view = $state.raw(LOBBY);
  let resting!: { readonly is: boolean };
  const end = $effect.root(() => {
    resting = rest(
      () => view,
      () => null,
    );
  });
  flushSync();
  vi.advanceTimersByTime(REST_MS);
  expect(resting.is).toBe(false);
  view = { ...LOBBY, player_count: 3 };
  flushSync();
  expect(resting.is).toBe(false);
  view = { ...LOBBY, phase: "question" };
  flushSync();
  expect(resting.is).toBe(true);
  vi.advanceTimersByTime(REST_MS);
  expect(resting.is).toBe(false);
  end();
});
