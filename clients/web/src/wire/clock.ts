/**
 * The server's clock, as seen from this page. No I/O: it is told when to ask and what came back.
 *
 * A reply says that the server's clock is ahead by at most `t1` - `t0` (the way there takes some time) and at least
 * `t2` - `t3` (so does the way back). Of several, the least of the one and the most of the other are those of the
 * quickest way there and the quickest way back, and the truth is half-way between them. Times are kept against
 * `performance.now()`, which no change of the device's own clock can move.
 */

import type { Clock } from "./protocol";

/** Samples in a round, and the pause between them: what delays one must not delay them all. */
export const ROUND = 8;
export const PAUSE_MS = 100;
/** How many samples are remembered. */
export const KEPT = 16;
/** How far a device's clock may drift in a millisecond; as much wider is what an older sample says. */
const DRIFT = 1e-4;
/** The server's times are whole milliseconds. */
const ROUNDING_MS = 2;

/** What one reply says: the server's clock is ahead of `performance.now()` by so much at least and at most. */
export interface Sample {
  at: number;
  least_ms: number;
  most_ms: number;
}

/** The sample of one `clock` reply, which came at `received_at` (`performance.now()`). */
export function sample(reply: Pick<Clock, "t0" | "t1" | "t2">, received_at: number): Sample {
  return { at: received_at, least_ms: reply.t2 - received_at, most_ms: reply.t1 - reply.t0 };
}

/** All that samples say together, at `now`. */
export function together(samples: readonly Sample[], now: number): Sample {
  return {
    at: now,
    least_ms: Math.max(...samples.map((one) => one.least_ms - (now - one.at) * DRIFT)),
    most_ms: Math.min(...samples.map((one) => one.most_ms + (now - one.at) * DRIFT)),
  };
}

export class ServerClock {
  #ahead_ms: number | null = null;
  #samples: Sample[] = [];
  #wanted = 0;
  #next: ReturnType<typeof setTimeout> | undefined;
  readonly #ask: (t0: number) => void;
  readonly #now: () => number;

  /**
   * @param ask sends one `sync_clock` with this `t0`.
   * @param now local milliseconds that never jump.
   */
  constructor(ask: (t0: number) => void, now: () => number = () => performance.now()) {
    this.#ask = ask;
    this.#now = now;
  }

  /** Starts a round: the samples are asked for one after the other. */
  startRound(): void {
    this.#wanted = ROUND;
    this.#askNext();
  }

  /** Takes a `clock` reply in, of a round or any other. */
  add(reply: Pick<Clock, "t0" | "t1" | "t2">): void {
    const now = this.#now();
    const newest = sample(reply, now);
    this.#samples = [...this.#samples, newest].slice(-KEPT);
    let { least_ms, most_ms } = together(this.#samples, now);
    if (least_ms > most_ms + ROUNDING_MS) {
      // They cannot all be true: the device slept, and its clock stood still.
      this.#samples = [newest];
      ({ least_ms, most_ms } = newest);
    }
    this.#ahead_ms = (least_ms + most_ms) / 2;
    if (--this.#wanted <= 0) return;
    clearTimeout(this.#next);
    this.#next = setTimeout(() => this.#askNext(), PAUSE_MS);
  }

  /** A first guess from a message that says the server's time, until the first sample is there. */
  guess(server_time: number): void {
    this.#ahead_ms ??= server_time - this.#now();
  }

  /** The server's time now, in milliseconds since the Unix epoch. */
  now(): number {
    return this.#now() + (this.#ahead_ms ?? Date.now() - this.#now());
  }

  /** Asks for no more samples. */
  stop(): void {
    clearTimeout(this.#next);
    this.#wanted = 0;
  }

  #askNext(): void {
    clearTimeout(this.#next);
    this.#ask(this.#now());
  }
}
