/**
 * Short sounds, made by WebAudio: nothing to load. They belong to the page, not to a session. Silent until the person has
 * touched the page (browsers insist), and while switched off; switch and volume are kept, apart for players (off at
 * first) and hosts (on).
 */

import { read, write } from "./storage";

export type Page = "player" | "host";
export type Sound = "question" | "tick" | "taken" | "correct" | "incorrect" | "leaderboard" | "podium";

/** A note: frequency in Hz, start and length in seconds. */
type Note = [frequency: number, start: number, length: number];

const SCORES: Record<Sound, { wave: OscillatorType; loudness: number; notes: Note[] }> = {
  question: {
    wave: "triangle",
    loudness: 0.2,
    notes: [
      [392, 0, 0.14],
      [523, 0.12, 0.14],
      [659, 0.24, 0.32],
    ],
  },
  tick: { wave: "sine", loudness: 0.16, notes: [[880, 0, 0.07]] },
  taken: {
    wave: "sine",
    loudness: 0.14,
    notes: [
      [587, 0, 0.07],
      [784, 0.06, 0.12],
    ],
  },
  correct: {
    wave: "triangle",
    loudness: 0.2,
    notes: [
      [523, 0, 0.12],
      [659, 0.1, 0.12],
      [784, 0.2, 0.12],
      [1047, 0.3, 0.4],
    ],
  },
  incorrect: {
    wave: "sine",
    loudness: 0.18,
    notes: [
      [330, 0, 0.18],
      [262, 0.16, 0.34],
    ],
  },
  leaderboard: {
    wave: "triangle",
    loudness: 0.16,
    notes: [
      [440, 0, 0.1],
      [554, 0.09, 0.1],
      [659, 0.18, 0.24],
    ],
  },
  podium: {
    wave: "triangle",
    loudness: 0.22,
    notes: [
      [523, 0, 0.16],
      [523, 0.18, 0.1],
      [523, 0.3, 0.1],
      [659, 0.42, 0.2],
      [784, 0.64, 0.2],
      [1047, 0.86, 0.7],
      [1319, 0.86, 0.7],
    ],
  },
};

/** So long the clock of a context that runs cannot stand. */
const STANDSTILL_MS = 1_000;

export class Sounds {
  readonly #page: Page;
  #on = $state(false);
  #volume = $state(1);
  /** The browser lets the page be heard only after a click or a key. */
  waiting = $state(navigator.userActivation?.hasBeenActive === false);
  #context: AudioContext | null = null;
  /** All notes go through it. */
  #master: GainNode | null = null;

  constructor(page: Page) {
    this.#page = page;
    this.#on = read<boolean>(`sound:${page}`) ?? page === "host";
    this.#volume = bounded(read<number>(`volume:${page}`) ?? 1);
    for (const gesture of ["pointerup", "keydown"]) addEventListener(gesture, () => this.#touched(), { passive: true });
    document.addEventListener("visibilitychange", () => !document.hidden && this.#shownAgain(), { passive: true });
  }

  get on(): boolean {
    return this.#on;
  }

  set on(on: boolean) {
    this.#on = on;
    write(`sound:${this.#page}`, on);
    if (on) this.#unlock();
  }

  /** From 0 to 1. */
  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    this.#volume = bounded(volume);
    write(`volume:${this.#page}`, this.#volume);
    if (this.#master) this.#master.gain.value = loudness(this.#volume);
  }

  play(sound: Sound): void {
    if (!this.#on || this.#context?.state !== "running") return;
    const { wave, loudness: peak, notes } = SCORES[sound];
    for (const note of notes) this.#playNote(this.#context, wave, peak, note);
  }

  #playNote(context: AudioContext, wave: OscillatorType, peak: number, [frequency, start, length]: Note): void {
    const from = context.currentTime + start;
    const oscillator = new OscillatorNode(context, { type: wave, frequency });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(peak, from + 0.012);
    volume.gain.exponentialRampToValueAtTime(0.001, from + length);
    oscillator.connect(volume).connect(this.#master ?? context.destination);
    oscillator.start(from);
    oscillator.stop(from + length);
  }

  #touched(): void {
    this.waiting = false;
    this.#unlock();
  }

  #unlock(): void {
    if (!this.#on || !navigator.userActivation?.hasBeenActive) return;
    if (!this.#context || this.#context.state === "closed") this.#begin();
    // After a call or a locked screen Safari's state is "interrupted". Refused, it is tried with the next touch.
    else if (this.#context.state !== "running") this.#context.resume().catch(() => {});
  }

  #begin(): void {
    this.#context = new AudioContext();
    this.#master = new GainNode(this.#context, { gain: loudness(this.#volume) });
    this.#master.connect(this.#context.destination);
    if (this.#context.state === "suspended") this.#context.resume().catch(() => {});
  }

  /** After a sleep a context may say that it runs, while its clock stands and nothing is heard: another one takes its place. */
  #shownAgain(): void {
    const context = this.#context;
    if (!context) return;
    this.#unlock();
    const { currentTime } = context;
    setTimeout(() => {
      if (context !== this.#context || context.state !== "running" || context.currentTime !== currentTime) return;
      void context.close();
      this.#begin();
    }, STANDSTILL_MS);
  }
}

function bounded(volume: number): number {
  return Number.isFinite(volume) ? Math.min(1, Math.max(0, volume)) : 1;
}

/** Ears hear in ratios: half the way of the control is half as loud. */
function loudness(volume: number): number {
  return volume ** 2;
}
