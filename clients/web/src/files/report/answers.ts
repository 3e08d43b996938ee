/** What a player answered and what would have been right, in the words of the question. */

import { indexesIn } from "../../game/answers";
import type { PlayerAnswer, QuestionSummary } from "../../wire/protocol";

const BETWEEN = " | ";

/** The answer as text; empty without one. */
export function answerText(question: QuestionSummary, answer: PlayerAnswer["answer"]): string {
  return optionTexts(question, indexesIn(answer)) || [answer ?? []].flat().join(BETWEEN);
}

/** The right options as text; empty where there are none. */
export function correctText(question: QuestionSummary): string {
  return optionTexts(question, question.correct);
}

function optionTexts({ options }: QuestionSummary, indexes: readonly number[]): string {
  return indexes
    .map((index) => options[index])
    .filter((text) => text !== undefined)
    .join(BETWEEN);
}
