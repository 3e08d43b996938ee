/** What a player types to get in: the code out of whatever was pasted, and another name where one is taken. */

import type { ErrorCode } from "../wire/protocol";

/** The server's limit. */
export const MAX_NAME = 24;

/** The digits of a code in "123 456", in half a code, or in the whole link to join. */
export function codeFrom(typed: string): string {
  return (/\/join\/(\d{6})/.exec(typed)?.[1] ?? typed.replace(/\D/g, "")).slice(0, 6);
}

/** Whether a refusal is about the name; the others are about the game. */
export function isAboutName(code: ErrorCode): boolean {
  return code === "name_taken" || code === "name_invalid";
}

/** "Ada" becomes "Ada 2", and that "Ada 3"; never longer than a name may be. */
export function otherName(taken: string): string {
  const [, stem = taken, count = "1"] = /^(.*?) (\d{1,3})$/.exec(taken) ?? [];
  const suffix = ` ${Number(count) + 1}`;
  return stem.slice(0, MAX_NAME - suffix.length).trimEnd() + suffix;
}
