/** Problems with marks that kinds share. */

import type { DraftOption } from "../../quiz/types";
import type { OptionsProblem } from "../kind";

export function markOne(options: readonly DraftOption[]): OptionsProblem | null {
  const correct = options.filter((option) => option.correct).length;
  return correct === 1 ? null : { code: "mark_one", missing: correct === 0 };
}

export function markSome(options: readonly DraftOption[]): OptionsProblem | null {
  return options.some((option) => option.correct) ? null : { code: "mark_some", missing: true };
}
