/** The keys of the stage, and those of a clicker: what each does, and what the list of keys says of it. */

import type { View } from "../game/reducer";
import type { TextKey } from "../i18n/i18n.svelte";
import { read, write } from "../device/storage";
import { nextAction, switchFullScreen } from "./actions";
import type { Host } from "./host.svelte";

type Press = (() => void) | null;

export interface Key {
  /** Their names as `KeyboardEvent.key` has them, in small letters. */
  keys: readonly string[];
  does: TextKey;
  /** What a press does now; null: nothing. */
  press: (host: Host, view: View) => Press;
}

const NEXT: Key = {
  keys: [" ", "arrowright", "arrowdown", "pagedown"],
  does: "stage.keyNext",
  press: (host, view) => (host.busy ? () => {} : (nextAction(host, view)?.run ?? null)),
};

export const KEYS: readonly Key[] = [
  NEXT,
  { keys: ["arrowleft", "arrowup", "pageup"], does: "stage.keyBack", press: (host) => () => host.turnBack() },
  { keys: ["b", "."], does: "stage.keyDark", press: (host) => () => (host.panel = "dark") },
  { keys: ["q"], does: "stage.qrLarge", press: (host) => () => (host.panel = "code") },
  { keys: ["f"], does: "stage.fullScreen", press: () => switchFullScreen },
  { keys: ["m"], does: "stage.keySound", press: (host) => () => (host.sounds.on = !host.sounds.on) },
  { keys: ["l"], does: "stage.keyLock", press: during((host, view) => void host.lock(!view.locked)) },
  {
    keys: ["p"],
    does: "stage.keyPause",
    press: (host, view) => (host.moving ? during(() => void host.pause(!view.paused))(host, view) : null),
  },
  { keys: ["a"], does: "lead.heading", press: (host) => () => (host.panel = "lead") },
  { keys: ["?"], does: "stage.keyHelp", press: (host) => () => (host.panel = "keys") },
];

/** Until the quiz has ended. */
function during(does: (host: Host, view: View) => void): Key["press"] {
  return (host, view) => (view.phase === "ended" ? null : () => does(host, view));
}

/** Whether a key does what the large button does. */
export function isNext(key: string): boolean {
  return NEXT.keys.includes(key);
}

/** What a key does on the stage; null: nothing. */
export function keyAction(key: string, host: Host, view: View): Press {
  if (key.length === 1 && key !== " " && !lettersAreKeys()) return null;
  return KEYS.find(({ keys }) => keys.includes(key))?.press(host, view) ?? null;
}

/** Which key was pressed: on a keyboard without Latin letters, the one that has the letter's place on others. */
export function keyOf({ key, code }: { key: string; code: string }): string {
  const place = /^Key([A-Z])$/.exec(code)?.[1];
  const isForeign = key.length === 1 && key > "~";
  return (isForeign && place ? place : key).toLowerCase();
}

const SWITCH = "letter-keys";

/** Whether letters and signs are keys; who dictates or uses one switch only may not want it. */
export function lettersAreKeys(): boolean {
  return read<boolean>(SWITCH) !== false;
}

/** Switches letters and signs on or off as keys, for this browser. */
export function useLetters(on: boolean): void {
  write(SWITCH, on);
}
