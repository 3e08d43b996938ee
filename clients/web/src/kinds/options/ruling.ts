/** What the host can decide about one option of a closed question. */

import type { PublicQuestion, QuestionResults } from "../../wire/protocol";
import type { Ruler } from "../kind";

/** What a tap on an option does; undefined where nothing can be decided about it. */
export function ruleAbout(
  question: PublicQuestion,
  results: QuestionResults | undefined,
  index: number,
  rule: Ruler | undefined,
): (() => void) | undefined {
  if (!rule || !results) return undefined;
  const correct = results.correct.includes(index);
  // Of several right options, one cannot be taken back without the others.
  if (correct && question.kind === "multiple") return undefined;
  return () => rule(index, correct ? 100 : 0);
}
