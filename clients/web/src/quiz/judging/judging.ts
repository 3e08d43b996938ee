/** What an answer would earn, in percent, by the rules of the server: a twin of the engine's kinds `text` and `number`. */

import { type Exact, normalised } from "./normalising";
import { TWO_SLIPS_FROM, distance, fixedWords, slipsAllowed } from "./spelling";

const LOOSE: Exact = { case: false, accents: false };

export interface Variant {
  text: string;
  share: number;
}

/** @param slips - whether one or two slips are forgiven */
export function judgeText(variants: readonly Variant[], slips: boolean, exact: Exact, answer: string): number {
  const text = normalised(answer, exact);
  const compared = variants.map((variant) => ({ ...variant, text: normalised(variant.text, exact) }));
  const equal = compared.filter((variant) => variant.text === text).map(({ share }) => share);
  if (equal.length > 0 || !slips) return Math.max(0, ...equal);
  let nearest = TWO_SLIPS_FROM;
  let shares = new Set<number>();
  // What differs in nothing but capitals or accents, where those have to be right, is no slip.
  const exactly = exact.case || exact.accents;
  const loose = normalised(text, LOOSE);
  for (const variant of compared) {
    if (exactly && normalised(variant.text, LOOSE) === loose) continue;
    const off = distance(text, variant.text);
    if (off > slipsAllowed(variant.text) || off > nearest || fixedWords(text) !== fixedWords(variant.text)) continue;
    shares = off === nearest ? shares.add(variant.share) : new Set([variant.share]);
    nearest = off;
  }
  return shares.size === 1 ? Array.from(shares)[0]! : 0;
}

/** All numbers as they travel, such as `-12.50`. */
export function judgeNumber(value: string, tolerance: string, answer: string): number {
  const numbers = [value, tolerance, answer];
  const scale = Math.max(...numbers.map((number) => (number.split(".")[1] ?? "").length));
  const [wanted, most, given] = numbers.map((number) => {
    const [whole = "", fraction = ""] = number.split(".");
    return BigInt(whole + fraction.padEnd(scale, "0"));
  }) as [bigint, bigint, bigint];
  const off = given - wanted;
  return (off < 0n ? -off : off) <= most ? 100 : 0;
}
