import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Reached } from "../wire/reached";
import { Check, OPENS_WITHIN_MS, SAYS_EVERY_S, WATCHED_S } from "./check.svelte";

const WELL: Reached = { host: "quiz.example", refuses: null };

/** A connection in the hands of a test. */
class Wire {
  said: string[] = [];
  closed = false;
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  send = (text: string) => void this.said.push(text);
  close = () => void (this.closed = true);
  opens = () => this.onopen?.({} as Event);
  answers = () => this.onmessage?.({} as MessageEvent);
  cut = () => this.onclose?.({} as CloseEvent);
}

let wires: Wire[];
beforeEach(() => {
  vi.useFakeTimers();
  wires = [];
});
afterEach(() => {
  vi.useRealTimers();
});

/** Seconds in which it answers. */
function pass(wire: Wire, seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    vi.advanceTimersByTime(1000);
    wire.answers();
  }
}

async function checked(reached: Reached | null = WELL): Promise<{ check: Check; wire: Wire }> {
  const open = () => {
    wires.push(new Wire());
    return wires.at(-1)!;
  };
  const check = new Check(open, () => Promise.resolve(reached));
  await check.run();
  return { check, wire: wires.at(-1)! };
}

test("a network that lets an answer through is good at once, and is watched for as long as filters wait", async () => {
  const { check, wire } = await checked();
  expect(check.verdict).toBe("checking");
  wire.opens();
  vi.advanceTimersByTime(20);
  wire.answers();
  expect([check.verdict, check.roundTrip_ms]).toEqual(["through", 20]);
  pass(wire, WATCHED_S);
  expect([check.verdict, check.left_s, wire.closed]).toEqual(["through", 0, true]);
  expect(wire.said.length).toBe(1 + Math.floor((WATCHED_S - 1) / SAYS_EVERY_S));
});

test.each([
  ["is closed", (wire: Wire) => wire.cut()],
  ["does not come about", () => vi.advanceTimersByTime(OPENS_WITHIN_MS)],
  [
    "opens and says nothing",
    (wire: Wire) => {
      wire.opens();
      vi.advanceTimersByTime(OPENS_WITHIN_MS);
    },
  ],
])("where the connection %s, it is blocked", async (_, happens) => {
  const { check, wire } = await checked();
  happens(wire);
  expect([check.verdict, wire.closed]).toEqual(["blocked", true]);
});

test("where it is cut later, or goes silent, it says after how long", async () => {
  const { check, wire } = await checked();
  wire.opens();
  wire.answers();
  pass(wire, 31);
  wire.cut();
  expect([check.verdict, check.lasted_s]).toEqual(["cut", 31]);

  const silent = await checked();
  silent.wire.opens();
  silent.wire.answers();
  vi.advanceTimersByTime((WATCHED_S - 1) * 1000);
  expect(silent.check.verdict).toBe("cut");
});

test.each([
  ["origin", { host: "gateway:8000", refuses: "origin" }],
  ["full", { host: "quiz.example", refuses: "full" }],
  ["away", null],
] as const)("what the server says itself is told: %s", async (verdict, reached) => {
  const { check } = await checked(reached);
  expect([check.verdict, check.host, wires]).toEqual([verdict, reached?.host ?? "", []]);
});

test("it looks again from the beginning", async () => {
  const { check, wire } = await checked();
  wire.cut();
  await check.run();
  expect([check.verdict, check.left_s]).toEqual(["checking", WATCHED_S]);
  wires[1]!.opens();
  wires[1]!.answers();
  expect(check.verdict).toBe("through");
  check.stop();
  expect(wires[1]!.closed).toBe(true);
});
