/** What can be undone and done again. Pure: each function returns the history after it. */

export interface History<T> {
  /** What was before each step, the last step last. */
  past: readonly T[];
  /** What was before each undoing, the last one last. */
  future: readonly T[];
  /** Where the last step wrote, and when; null: nothing is added to it. */
  last: { place: string; at: number } | null;
}

export const EMPTY: History<never> = { past: [], future: [], last: null };
/** What is typed in one place is one step until it rests for so long. */
const REST_MS = 1000;
const MOST = 200;

/**
 * A step was made.
 *
 * @param before - what undoing it brings back
 * @param place - where it wrote, if letter by letter
 * @param at - in milliseconds
 */
export function noted<T>({ past, last }: History<T>, before: T, place: string | null, at: number): History<T> {
  const goesOn = place !== null && last?.place === place && at - last.at <= REST_MS;
  return {
    past: goesOn ? past : [...past, before].slice(-MOST),
    future: [],
    last: place === null ? null : { place, at },
  };
}

/** One step back from `now`; null: there is none. */
export function undone<T>({ past, future }: History<T>, now: T): { history: History<T>; back: T } | null {
  const back = past.at(-1);
  if (back === undefined) return null;
  return { history: { past: past.slice(0, -1), future: [...future, now], last: null }, back };
}

/** One undoing back from `now`; null: there is none. */
export function redone<T>({ past, future }: History<T>, now: T): { history: History<T>; back: T } | null {
  const back = future.at(-1);
  if (back === undefined) return null;
  return { history: { past: [...past, now], future: future.slice(0, -1), last: null }, back };
}
