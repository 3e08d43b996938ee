/**
 * The server's clock, as seen from this page. No I/O: it is told when to ask and what came back.
 *
 * Of each round of samples the quickest round trip wins, since it bounds the error best. Times are
 * kept against `performance.now()`, which no change of the device's own clock can move.
 */

import type { Clock } from "./protocol";

/** Samples in a round. */
export const ROUND = 5;

/** How far the server's clock is ahead of `performance.now()`, known to within half the round trip. */
export interface Skew {
  offset_ms: number;
  round_trip_ms: number;
}

/** The skew that one `clock` reply shows, which came at `received_at` (`performance.now()`). */
export function measure(reply: Pick<Clock, "t0" | "t1" | "t2">, received_at: number): Skew {
  return {
    offset_ms: (reply.t1 + reply.t2) / 2 - (reply.t0 + received_at) / 2,
    round_trip_ms: received_at - reply.t0 - (reply.t2 - reply.t1),
  };
}

/** The skew of the quickest round trip. */
export function quickest(skews: readonly Skew[]): Skew | null {
  return skews.reduce<Skew | null>((best, one) => (best && best.round_trip_ms <= one.round_trip_ms ? best : one), null);
}

export class ServerClock {
  #skew: Skew | null = null;
  #round: Skew[] = [];
  #wanted = 0;
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
    this.#round = [];
    this.#wanted = ROUND;
    this.#ask(this.#now());
  }

  /** Takes a `clock` reply in. */
  add(reply: Pick<Clock, "t0" | "t1" | "t2">): void {
    const skew = measure(reply, this.#now());
    this.#round.push(skew);
    const guessed = !this.#skew || this.#skew.round_trip_ms === Infinity;
    if (guessed || this.#round.length >= ROUND || contradicts(skew, this.#skew!)) this.#skew = quickest(this.#round);
    if (this.#round.length >= ROUND) this.#round = [];
    if (--this.#wanted > 0) this.#ask(this.#now());
  }

  /** A first guess from a message that says the server's time, until the first sample is there. */
  guess(server_time: number): void {
    this.#skew ??= { offset_ms: server_time - this.#now(), round_trip_ms: Infinity };
  }

  /** The server's time now, in milliseconds since the Unix epoch. */
  now(): number {
    return this.#now() + (this.#skew?.offset_ms ?? Date.now() - this.#now());
  }
}

/** Whether both cannot be true: one was measured before the device slept, say. */
function contradicts(one: Skew, other: Skew): boolean {
  return Math.abs(one.offset_ms - other.offset_ms) > (one.round_trip_ms + other.round_trip_ms) / 2;
}
