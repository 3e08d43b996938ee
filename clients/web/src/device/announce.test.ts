// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { announce, prepareAnnouncements } from "./announce";

const lines = (urgency: string) =>
  Array.from(document.querySelectorAll(`[aria-live=${urgency}] p`), (line) => line.textContent);

beforeEach(() => {
  vi.useFakeTimers();
  document.body.replaceChildren();
  prepareAnnouncements();
});
afterEach(() => {
  vi.useRealTimers();
});

test("what is said next waits for its turn, and does not take the place of what was said", () => {
  announce("Locked in");
  announce("Ben joined");
  announce("5 seconds left", "assertive");
  expect(lines("polite")).toEqual(["Locked in", "Ben joined"]);
  expect(lines("assertive")).toEqual(["5 seconds left"]);
});

test("nothing is said twice in a moment; later it may be true again", () => {
  announce("The host is away");
  announce("The host is away");
  expect(lines("polite")).toEqual(["The host is away"]);
  vi.advanceTimersByTime(6_000);
  expect(lines("polite")).toEqual([]);
  announce("The host is away");
  expect(lines("polite")).toEqual(["The host is away"]);
});
