/** What answers consist of. */

import type { Answer } from "../wire/protocol";

/** The indexes that an answer consists of: one, or those in its list. */
export function indexesIn(answer: Answer | null): number[] {
  return [answer ?? []].flat().filter((part) => typeof part === "number");
}
