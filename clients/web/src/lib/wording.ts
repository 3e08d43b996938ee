/** Refusals, endings and numbers in words, for both pages. */

import type { ErrorCode } from "./protocol";
import type { Refused } from "./socket";

const REFUSALS: Partial<Record<ErrorCode, string>> = {
  session_not_found: "There is no game with this code. Check the six digits on the big screen.",
  session_full: "This game is full.",
  session_locked: "The host has locked this game. Ask the host to let you in.",
  session_ended: "This game is over.",
  name_invalid: "Choose a name of 1 to 24 visible characters.",
  name_taken: "Somebody here has this name already.",
  rate_limited: "That was too often. Wait a moment and try again.",
  invalid_token: "This seat is no longer yours. You can join again.",
  too_many_sessions: "This server runs as many games as it can. Try again later.",
};

/** What to tell the person whose command was refused. */
export function refusalText(refused: Refused): string {
  return REFUSALS[refused.code] ?? refused.message;
}

const numbers = new Intl.NumberFormat("en");
const ordinals = new Intl.PluralRules("en", { type: "ordinal" });
const SUFFIXES: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };

export function number(n: number): string {
  return numbers.format(n);
}

/** 1st, 2nd, 3rd, 11th. */
export function ordinal(n: number): string {
  return number(n) + SUFFIXES[ordinals.select(n)];
}

/** "1 player", "1,000 players". */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}

/** "123 456", easier to read out. */
export function spacedCode(code: string): string {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

export const LETTERS = ["A", "B", "C", "D", "E", "F"] as const;
