import { expect, test } from "vitest";
import { ROUND, ServerClock, measure, quickest } from "./clock";

const EPOCH = 1_700_000_000_000;

/** A clock on a device whose `performance.now()` is `local.now`, against a server at `local.now + EPOCH + local.ahead`. */
function device() {
  const local = { now: 1000, ahead: 0, asked: [] as number[] };
  const clock = new ServerClock(
    (t0) => local.asked.push(t0),
    () => local.now,
  );
  /** The last question travels `out` ms to the server and `back` ms to the page. */
  const answer = (out: number, back: number) => {
    const t0 = local.asked.at(-1) as number;
    const at = Math.round(t0 + out + EPOCH + local.ahead);
    local.now = t0 + out + back;
    clock.add({ t0, t1: at, t2: at });
  };
  return { local, clock, answer };
}

test("a symmetric round trip gives the exact offset", () => {
  expect(measure({ t0: 1000, t1: EPOCH + 1020, t2: EPOCH + 1030 }, 1050)).toEqual({ offset_ms: EPOCH, round_trip_ms: 40 });
});

test("the quickest round trip wins", () => {
  const slow = { offset_ms: 70, round_trip_ms: 300 };
  const quick = { offset_ms: 5, round_trip_ms: 12 };
  expect(quickest([slow, quick, slow])).toBe(quick);
  expect(quickest([])).toBeNull();
});

test("a round asks five times, one after the other, and keeps the quickest", () => {
  const { local, clock, answer } = device();
  clock.startRound();
  for (const [out, back] of [[200, 20], [90, 10], [4, 4], [50, 150], [80, 8]] as const) answer(out, back);
  expect(local.asked).toHaveLength(ROUND);
  expect(clock.now()).toBe(local.now + EPOCH);
});

test("the first sample counts at once, and a guess only until then", () => {
  const { local, clock, answer } = device();
  clock.guess(EPOCH + local.now - 400);
  expect(clock.now()).toBe(EPOCH + local.now - 400);
  clock.startRound();
  answer(10, 10);
  expect(clock.now()).toBe(EPOCH + local.now);
});

test("one slow sample in a later round does not move the clock", () => {
  const { local, clock, answer } = device();
  clock.startRound();
  for (let i = 0; i < ROUND; i++) answer(5, 5);
  clock.startRound();
  answer(300, 5);
  expect(clock.now()).toBe(EPOCH + local.now);
});

test("after a sleep that stopped the local clock the first sample already puts it right", () => {
  const { local, clock, answer } = device();
  clock.startRound();
  for (let i = 0; i < ROUND; i++) answer(5, 5);
  local.ahead = 60_000;
  clock.startRound();
  answer(20, 20);
  expect(clock.now()).toBe(EPOCH + 60_000 + local.now);
});
