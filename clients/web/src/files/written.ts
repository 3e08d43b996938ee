/** A quiz as it is played, in the form that exports take: without what its author left out. */

import type { Question, Quiz } from "../wire/protocol";
import type { ImportedQuestion, ImportedQuiz } from "../quiz/import/model";

export function asWritten({ title, questions }: Quiz): ImportedQuiz {
  return { title, questions: questions.map(written) };
}

function written(question: Question, index: number): ImportedQuestion {
  const said = Object.fromEntries(Object.entries(question).filter(([, value]) => value != null));
  return { ...(said as Omit<ImportedQuestion, "place">), place: { unit: "question", number: index + 1 } };
}
