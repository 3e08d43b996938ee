/** What is written to the open question, in the form of its results: stage and remote draw both in the same way. */

import type { View } from "../game/reducer";
import type { QuestionResults } from "../wire/protocol";

/** Undefined where there is nothing to show before the close. */
export function liveResults(view: View): QuestionResults | undefined {
  const { live_tally: live, answered = 0, total = 0 } = view;
  const texts = live && (live.tally.words ?? live.tally.texts ?? []);
  if (!live || !texts?.length) return undefined;
  const { question, tally } = live;
  return {
    type: "question_results",
    seq: 0,
    ...{ question, answered, total, tally },
    ...{ correct: [], counts: [], solution: null, explanation: null, advances_at: null },
  };
}
