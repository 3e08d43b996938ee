/** The host's own words for the filter, as they are typed: separated by commas of any script, or by lines. */

import { MAX_OWN_WORDS } from "../../wire/protocol";

/** The server takes no longer ones. */
export const LONGEST_WORD = 40;

export function wordsIn(text: string): string[] {
  const words = text
    .split(/[,،、，;；\n]/)
    .map((word) => word.trim().slice(0, LONGEST_WORD))
    .filter((word) => word !== "");
  return [...new Set(words)].slice(0, MAX_OWN_WORDS);
}
