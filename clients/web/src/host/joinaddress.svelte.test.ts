// @vitest-environment happy-dom
import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { JoinAddress, originOf } from "./joinaddress.svelte";

const GIVEN = "http://192.168.1.5:8000/join/123456";
let said: { urls: string[]; enclosure: string | null } | null;

beforeEach(() => {
  localStorage.clear();
  said = { urls: ["http://192.168.1.5:8000", "http://10.8.0.6:8000"], enclosure: null };
  vi.useFakeTimers();
  vi.stubGlobal("fetch", () => Promise.resolve(said ? Response.json(said) : new Response("", { status: 404 })));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function looked(address: JoinAddress, times = 1): Promise<void> {
  const stop = address.follow();
  await vi.advanceTimersByTimeAsync(15_000 * (times - 1));
  stop();
}

test("the server's address is shown, unless the host has chosen another", async () => {
  const address = new JoinAddress();
  await looked(address);
  expect(address.linkFor("123456", GIVEN)).toBe(GIVEN);
  address.choose("http://10.8.0.6:8000");
  expect(address.linkFor("123456", GIVEN)).toBe("http://10.8.0.6:8000/join/123456");
});

test("a choice is kept in this browser", () => {
  new JoinAddress().choose("https://quiz.example");
  expect(new JoinAddress().linkFor("123456", GIVEN)).toBe("https://quiz.example/join/123456");
});

test("it follows a network that changes, and says so", async () => {
  const address = new JoinAddress();
  const stop = address.follow();
  await vi.advanceTimersByTimeAsync(0);
  expect(address.changed).toBe(false);
  said = { urls: ["http://10.42.0.1:8000"], enclosure: null };
  await vi.advanceTimersByTimeAsync(15_000);
  stop();
  expect(address.linkFor("123456", GIVEN)).toBe("http://10.42.0.1:8000/join/123456");
  expect(address.changed).toBe(true);
});

test("what it finds is no reason to look again", async () => {
  const asked = vi.fn(async () => {
    await new Promise((passed) => setTimeout(passed, 10));
    return Response.json(said);
  });
  vi.stubGlobal("fetch", asked);
  const address = new JoinAddress();
  const end = $effect.root(() => {
    $effect(() => address.follow());
  });
  flushSync();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(address.found).toEqual(said);
  expect(asked).toHaveBeenCalledOnce();
  end();
});

test("a choice that is no longer offered is dropped, one that was typed stays", async () => {
  const address = new JoinAddress();
  await looked(address);
  address.choose("http://10.8.0.6:8000");
  said = { urls: ["http://192.168.1.5:8000"], enclosure: null };
  await looked(address);
  expect(address.linkFor("123456", GIVEN)).toBe(GIVEN);
  address.choose("https://quiz.example");
  await looked(address, 2);
  expect(address.linkFor("123456", GIVEN)).toBe("https://quiz.example/join/123456");
});

test("where the server tells nothing its first word stands", async () => {
  said = null;
  const address = new JoinAddress();
  await looked(address);
  expect(address.linkFor("123456", GIVEN)).toBe(GIVEN);
});

test.each([
  ["192.168.1.20:8000", "http://192.168.1.20:8000"],
  [" http://Quiz.Example/ ", "http://quiz.example"],
  ["https://quiz.example", "https://quiz.example"],
  ["[fd00::7]:8000", "http://[fd00::7]:8000"],
])("%j is an address", (typed, origin) => expect(originOf(typed)).toBe(origin));

test.each(["", "  ", "a b", "http://", "quiz.example/join", "ftp://quiz.example", "a@b.example"])(
  "%j is none",
  (typed) => expect(originOf(typed)).toBeNull(),
);
