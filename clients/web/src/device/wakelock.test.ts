// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WakeLock } from "./wakelock";

class Sentinel extends EventTarget {
  released = false;

  release(): Promise<void> {
    this.released = true;
    this.dispatchEvent(new Event("release"));
    return Promise.resolve();
  }
}

let taken: Sentinel[] = [];
const request = vi.fn(() => {
  const sentinel = new Sentinel();
  taken.push(sentinel);
  return Promise.resolve(sentinel);
});
const awake = () => taken.filter(({ released }) => !released).length;
const settled = () => new Promise((done) => setTimeout(done));

beforeEach(() => {
  taken = [];
  Object.defineProperty(navigator, "wakeLock", { value: { request }, configurable: true });
});
afterEach(() => Reflect.deleteProperty(navigator, "wakeLock"));

test("the screen stays on while it is wanted, and not longer", async () => {
  const lock = new WakeLock(new AbortController().signal);
  lock.want(true);
  await settled();
  expect(awake()).toBe(1);
  lock.want(false);
  await settled();
  expect([awake(), taken.length]).toEqual([0, 1]);
});

test("where it is no longer wanted before it came, it is given back", async () => {
  const lock = new WakeLock(new AbortController().signal);
  lock.want(true);
  lock.want(false);
  await settled();
  expect(awake()).toBe(0);
});

test("where the system lets go of it, it is taken again", async () => {
  const lock = new WakeLock(new AbortController().signal);
  lock.want(true);
  await settled();
  await taken[0]!.release();
  await settled();
  expect([awake(), taken.length]).toEqual([1, 2]);
});

test("a session that is over lets the screen go dark", async () => {
  const session = new AbortController();
  const lock = new WakeLock(session.signal);
  lock.want(true);
  await settled();
  session.abort();
  await settled();
  expect(awake()).toBe(0);
});
