/** What a player types to get in: the code out of whatever was pasted, and another name where one is taken. */

import type { ErrorCode } from "../wire/protocol";

/** The server's limit. */
export const MAX_NAME = 24;

/** The session that the page's address names. */
export function codeInAddress(): string | null {
  return /^\/join\/(\d{6})\/?$/.exec(location.pathname)?.[1] ?? null;
}

/** The digits of a code in "123 456", in half a code, or in the whole link to join. */
export function codeFrom(typed: string): string {
  const plain = asciiDigits(typed);
  return (/\/join\/(\d{6})/.exec(plain)?.[1] ?? plain.replace(/\D/g, "")).slice(0, 6);
}

/** Decimal digits of any script as 0 to 9: each script has its ten in a row. */
function asciiDigits(text: string): string {
  return text.normalize("NFKC").replace(/\p{Nd}/gu, (digit) => {
    let value = 0;
    const point = digit.codePointAt(0) as number;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(point - value - 1))) value++;
    return String(value);
  });
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
