/**
 * How long to wait before the next attempt to connect. Pure.
 *
 * Full jitter: anywhere between nothing and a limit that doubles with each attempt, so that
 * thousands of pages that lost the same gateway do not come back at the same moment.
 */

export const BASE_MS = 500;
export const CAP_MS = 15_000;

/** Milliseconds before attempt number `attempt` (0 is the first after a loss). */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt);
}
