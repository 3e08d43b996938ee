/**
 * Short sounds, made by WebAudio: nothing to load. Silent until the person has touched the page (browsers
 * insist), and while switched off; the switch is kept, apart for players (off at first) and hosts (on).
 */

import type { Role } from "./protocol";
import { read, write } from "./storage";

export type Sound = "question" | "tick" | "taken" | "correct" | "incorrect" | "leaderboard" | "podium";

/** A note: frequency in Hz, start and length in seconds. */
type Note = [frequency: number, start: number, length: number];

const SCORES: Record<Sound, { wave: OscillatorType; loudness: number; notes: Note[] }> = {
  question: { wave: "triangle", loudness: 0.2, notes: [[392, 0, 0.14], [523, 0.12, 0.14], [659, 0.24, 0.32]] },
  tick: { wave: "sine", loudness: 0.16, notes: [[880, 0, 0.07]] },
  taken: { wave: "sine", loudness: 0.14, notes: [[587, 0, 0.07], [784, 0.06, 0.12]] },
  correct: { wave: "triangle", loudness: 0.2, notes: [[523, 0, 0.12], [659, 0.1, 0.12], [784, 0.2, 0.12], [1047, 0.3, 0.4]] },
  incorrect: { wave: "sine", loudness: 0.18, notes: [[330, 0, 0.18], [262, 0.16, 0.34]] },
  leaderboard: { wave: "triangle", loudness: 0.16, notes: [[440, 0, 0.1], [554, 0.09, 0.1], [659, 0.18, 0.24]] },
  podium: {
    wave: "triangle",
    loudness: 0.22,
    notes: [[523, 0, 0.16], [523, 0.18, 0.1], [523, 0.3, 0.1], [659, 0.42, 0.2], [784, 0.64, 0.2], [1047, 0.86, 0.7], [1319, 0.86, 0.7]],
  },
};

export class Sounds {
  readonly #key: string;
  #on: boolean;
  #context: AudioContext | null = null;

  constructor(role: Role) {
    this.#key = `sound:${role}`;
    this.#on = read<boolean>(this.#key) ?? role === "host";
    for (const gesture of ["pointerup", "keydown"]) addEventListener(gesture, () => this.#unlock(), { passive: true });
  }

  get on(): boolean {
    return this.#on;
  }

  set on(on: boolean) {
    this.#on = on;
    write(this.#key, on);
    if (on) this.#unlock();
  }

  play(sound: Sound): void {
    if (!this.#on || this.#context?.state !== "running") return;
    const { wave, loudness, notes } = SCORES[sound];
    for (const note of notes) this.#playNote(this.#context, wave, loudness, note);
  }

  #playNote(context: AudioContext, wave: OscillatorType, loudness: number, [frequency, start, length]: Note): void {
    const from = context.currentTime + start;
    const oscillator = new OscillatorNode(context, { type: wave, frequency });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(loudness, from + 0.012);
    volume.gain.exponentialRampToValueAtTime(0.001, from + length);
    oscillator.connect(volume).connect(context.destination);
    oscillator.start(from);
    oscillator.stop(from + length);
  }

  #unlock(): void {
    if (!this.#on || !navigator.userActivation?.hasBeenActive) return;
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") void this.#context.resume();
  }
}
