import { expect, test } from "vitest";
import { BASE_MS, CAP_MS, backoffMs } from "./backoff";

test("the longest possible wait doubles with each attempt, up to the cap", () => {
  const longest = (attempt: number) => backoffMs(attempt, () => 1);
  expect([0, 1, 2, 3].map(longest)).toEqual([BASE_MS, BASE_MS * 2, BASE_MS * 4, BASE_MS * 8]);
  expect(longest(40)).toBe(CAP_MS);
});

test("the jitter is full: a wait can be anything down to nothing", () => {
  expect(backoffMs(5, () => 0)).toBe(0);
  expect(backoffMs(1, () => 0.25)).toBe(BASE_MS / 2);
});
