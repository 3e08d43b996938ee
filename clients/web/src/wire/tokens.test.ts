import { beforeEach, expect, test, vi } from "vitest";
import { forgetToken, keepToken, keptTokens, tokenFor } from "./tokens";

beforeEach(() => {
  const kept = Object.create(null, {
    getItem: { value: (key: string) => kept[key] ?? null },
    setItem: { value: (key: string, value: string) => (kept[key] = value) },
    removeItem: { value: (key: string) => delete kept[key] },
  });
  vi.stubGlobal("localStorage", kept);
});

test("a token is kept for its role and session, until it is forgotten", () => {
  keepToken("player", "123456", "p", "Capitals");
  expect(tokenFor("player", "123456")).toBe("p");
  expect(tokenFor("host", "123456")).toBeNull();
  expect(tokenFor("player", "654321")).toBeNull();
  forgetToken("player", "123456");
  expect(tokenFor("player", "123456")).toBeNull();
});

test("sessions to go on with are listed newest first, and old ones not at all", () => {
  vi.useFakeTimers({ now: 0 });
  keepToken("host", "111111", "a", "Old");
  vi.setSystemTime(8 * 24 * 60 * 60 * 1000);
  keepToken("host", "222222", "b", "Yesterday");
  vi.advanceTimersByTime(1000);
  keepToken("host", "333333", "c", "Today");
  expect(keptTokens("host").map((kept) => kept.title)).toEqual(["Today", "Yesterday"]);
  vi.useRealTimers();
});

test("a browser that keeps nothing is no error", () => {
  vi.stubGlobal("localStorage", undefined);
  keepToken("host", "123456", "t", "Capitals");
  expect(tokenFor("host", "123456")).toBeNull();
  expect(keptTokens("host")).toEqual([]);
});
