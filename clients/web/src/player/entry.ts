/** What a player types to get in: the code out of whatever was pasted, and another name where one is taken. */

import { latinDigits } from "../i18n/digits";
import type { ErrorCode } from "../wire/protocol";

/** The server's limit. */
export const MAX_NAME = 24;

/** The session that the page's address names. */
export function codeInAddress(): string | null {
  return /^\/join\/(\d{6})\/?$/.exec(location.pathname)?.[1] ?? null;
}

/** The digits of a code in "123 456", in half a code, or in the whole link to join. */
export function codeFrom(typed: string): string {
  const plain = latinDigits(typed.normalize("NFKC"));
  return (/\/join\/(\d{6})/.exec(plain)?.[1] ?? plain.replace(/\D/g, "")).slice(0, 6);
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
