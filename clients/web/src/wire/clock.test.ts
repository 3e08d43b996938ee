import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KEPT, PAUSE_MS, ROUND, ServerClock, sample, together } from "./clock";

const EPOCH = 1_700_000_000_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A clock on a device whose `performance.now()` is `local.now`, against a server at `local.now + EPOCH + local.ahead`. */
function device() {
  const local = { now: 1000, ahead: 0, asked: [] as number[] };
  const clock = new ServerClock(
    (t0) => local.asked.push(t0),
    () => local.now,
  );
  /** The last question travels `out` ms to the server and `back` ms to the page; then it is time for the next one. */
  const answer = (out: number, back: number) => {
    const t0 = local.asked.at(-1) as number;
    const at = Math.round(t0 + out + EPOCH + local.ahead);
    local.now = t0 + out + back;
    clock.add({ t0, t1: at, t2: at });
    local.now += PAUSE_MS;
    vi.advanceTimersByTime(PAUSE_MS);
  };
  /** How far the clock is wrong. */
  const error = () => clock.now() - (local.now + EPOCH + local.ahead);
  return { local, clock, answer, error };
}

test("a reply says how far the server's clock is ahead at least and at most", () => {
  expect(sample({ t0: 1000, t1: EPOCH + 1020, t2: EPOCH + 1030 }, 1050)).toEqual({
    at: 1050,
    least_ms: EPOCH - 20,
    most_ms: EPOCH + 20,
  });
});

test("together they say what the quickest way there and the quickest way back say", () => {
  const samples = [
    { at: 0, least_ms: -40, most_ms: 5 },
    { at: 0, least_ms: -5, most_ms: 60 },
  ];
  expect(together(samples, 0)).toMatchObject({ least_ms: -5, most_ms: 5 });
});

test("an older sample says less, since clocks drift", () => {
  expect(together([{ at: 0, least_ms: -5, most_ms: 5 }], 10_000)).toMatchObject({ least_ms: -6, most_ms: 6 });
});

test("a symmetric way gives the exact time at once, and a guess only until then", () => {
  const { local, clock, answer, error } = device();
  clock.guess(EPOCH + local.now - 400);
  expect(error()).toBe(-400);
  clock.startRound();
  answer(10, 10);
  expect(error()).toBe(0);
});

test("a round asks eight times, one after the other and with a pause", () => {
  const { local, clock, answer } = device();
  clock.startRound();
  for (let i = 0; i < ROUND + 2; i++) answer(10, 10);
  expect(local.asked).toHaveLength(ROUND);
  expect(new Set(local.asked.slice(1).map((at, index) => at - (local.asked[index] as number)))).toEqual(
    new Set([20 + PAUSE_MS]),
  );
});

test("what the one way is delayed by in one sample and the other way in another does not matter", () => {
  const { clock, answer, error } = device();
  clock.startRound();
  answer(75, 130);
  answer(140, 75);
  expect(error()).toBeCloseTo(0, 1);
});

test("with ways of 5 to 150 ms that jitter by a third, devices agree within 20 ms", () => {
  let seed = 1;
  const chance = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const errors = Array.from({ length: 2000 }, () => {
    const { clock, answer, error } = device();
    const way = 5 + chance() * 145;
    clock.startRound();
    for (let i = 0; i < ROUND; i++) answer(way * (1 + chance() / 3), way * (1 + chance() / 3));
    return error();
  });
  const differences = errors.slice(1).map((one, index) => Math.abs(one - (errors[index] as number)));
  expect(differences.filter((one) => one > 20)).toHaveLength(0);
});

test("one slow sample does not move the clock", () => {
  const { clock, answer, error } = device();
  clock.startRound();
  for (let i = 0; i < ROUND; i++) answer(5, 5);
  clock.startRound();
  answer(300, 5);
  expect(Math.abs(error())).toBeLessThan(0.1);
});

test("a clock that drifts is followed by a sample now and then", () => {
  const { local, clock, answer, error } = device();
  clock.startRound();
  for (let i = 0; i < ROUND; i++) answer(20, 20);
  for (let i = 0; i < 3 * KEPT; i++) {
    local.now += 10_000;
    local.ahead += 0.5;
    local.asked.push(local.now);
    answer(20 + (i % 5), 20 + (i % 3));
  }
  expect(Math.abs(error())).toBeLessThan(5);
});

test("after a sleep that stopped the local clock the first sample already puts it right", () => {
  const { local, clock, answer, error } = device();
  clock.startRound();
  for (let i = 0; i < ROUND; i++) answer(5, 5);
  local.ahead = 60_000;
  clock.startRound();
  answer(20, 20);
  expect(error()).toBe(0);
});
