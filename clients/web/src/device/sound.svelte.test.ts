// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { Sounds } from "./sound.svelte";

/** What the browser's audio was asked to do. */
const audio = {
  master: null as { gain: { value: number } } | null,
  notes: 0,
  state: "running",
  heardOn: null as object | null,
};

beforeEach(() => {
  localStorage.clear();
  audio.master = null;
  Object.assign(audio, { notes: 0, state: "running", heardOn: null });
  vi.stubGlobal(
    "AudioContext",
    class {
      currentTime = 0;
      destination = {};
      get state() {
        return audio.state;
      }
      resume() {
        audio.state = "running";
        return Promise.resolve();
      }
      close() {
        return Promise.resolve();
      }
    },
  );
  vi.stubGlobal(
    "GainNode",
    class {
      gain;
      constructor(_: unknown, { gain }: { gain: number }) {
        this.gain = {
          value: gain,
          setValueAtTime: () => {},
          linearRampToValueAtTime: () => {},
          exponentialRampToValueAtTime: () => {},
        };
        audio.master = this;
      }
      connect<Node>(node: Node) {
        return node;
      }
    },
  );
  vi.stubGlobal(
    "OscillatorNode",
    class {
      constructor(context: object) {
        audio.heardOn = context;
      }
      connect<Node>(node: Node) {
        return node;
      }
      start() {
        audio.notes++;
      }
      stop() {}
    },
  );
  Object.defineProperty(navigator, "userActivation", { value: { hasBeenActive: false }, configurable: true });
});

function touch() {
  Object.defineProperty(navigator, "userActivation", { value: { hasBeenActive: true }, configurable: true });
  dispatchEvent(new Event("pointerup"));
}

test("nothing sounds before the page was touched", () => {
  const sounds = new Sounds("host");
  sounds.play("tick");
  expect(audio.notes).toBe(0);
  touch();
  sounds.play("tick");
  expect(audio.notes).toBe(1);
});

test("a player's page is silent at first, a host's is not", () => {
  expect([new Sounds("player").on, new Sounds("host").on]).toEqual([false, true]);
});

test("switch and volume are kept, for each role", () => {
  const sounds = new Sounds("host");
  sounds.on = false;
  sounds.volume = 0.4;
  const again = new Sounds("host");
  expect([again.on, again.volume, new Sounds("player").volume]).toEqual([false, 0.4, 1]);
});

test("the volume stays between silent and full, and holds at once", () => {
  const sounds = new Sounds("host");
  touch();
  sounds.volume = 0.5;
  expect(audio.master?.gain.value).toBeCloseTo(0.25);
  sounds.volume = 7;
  expect(sounds.volume).toBe(1);
  sounds.volume = -1;
  expect(audio.master?.gain.value).toBe(0);
});

test.each(["suspended", "interrupted"])("a context that is %s is heard again when the page is", (state) => {
  const sounds = new Sounds("host");
  touch();
  audio.state = state;
  sounds.play("tick");
  expect(audio.notes).toBe(0);
  document.dispatchEvent(new Event("visibilitychange"));
  sounds.play("tick");
  expect(audio.notes).toBe(1);
});

test("a context whose clock stands gives its place to another one", () => {
  vi.useFakeTimers();
  const sounds = new Sounds("host");
  touch();
  sounds.play("tick");
  const before = audio.heardOn;
  document.dispatchEvent(new Event("visibilitychange"));
  vi.advanceTimersByTime(2_000);
  sounds.play("tick");
  expect(audio.heardOn).not.toBe(before);
  vi.useRealTimers();
});
