/** What a list in an answer holds. */

import type { Answer } from "../../wire/protocol";

/** The indexes of a list; null where the answer is none. */
export function listed(answer: Answer | null | undefined): number[] | null {
  return Array.isArray(answer) ? answer.filter((one) => typeof one === "number") : null;
}
