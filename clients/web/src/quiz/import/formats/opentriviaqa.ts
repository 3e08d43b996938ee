/** OpenTriviaQA: `#Q` question, `^` right answer, then the options `A` to `H`, each over as many lines as it needs. */

import { rightOptions } from "../answers";
import { Builder } from "../build";
import type { Clock } from "../limits";
import type { ImportedQuiz, Place } from "../model";
import type { Report } from "../report";
import { oneLine } from "../text";

export const looksLikeOpenTriviaQa = (text: string): boolean => /^#Q\s/m.test(text) && /^\^\s?\S/m.test(text);

export function readOpenTriviaQa(text: string, report: Report, clock: Clock): ImportedQuiz[] {
  const builder = new Builder(report);
  let line = 1;
  for (const [index, piece] of text.split(/^#Q(?=\s)/m).entries()) {
    clock.check();
    if (index > 0) readQuestion(piece, { unit: "line", number: line }, builder);
    else if (piece.trim()) report.leftOut({ unit: "line", number: 1 }, "text_without_question", piece);
    line += piece.split("\n").length - 1;
  }
  return [builder.quiz];
}

function readQuestion(piece: string, place: Place, builder: Builder): void {
  const parts: { mark: string; text: string }[] = [{ mark: "Q", text: "" }];
  for (const line of piece.split("\n")) {
    const answered = parts.length > 1;
    const [, mark, rest = ""] = (answered ? /^([A-H]) ?(.*)$/ : /^(\^) ?(.*)$/).exec(line) ?? [];
    const expected = String.fromCharCode(64 + parts.length - 1);
    if (mark && (mark === "^" || mark === expected)) parts.push({ mark, text: rest });
    else parts.at(-1)!.text += `\n${line}`;
  }
  const [question, right, ...options] = parts.map(({ text }) => oneLine(text));
  const frame = { place, text: question ?? "" };
  if (right === undefined) return builder.refuse(frame, "no_right_answer");
  const correct = rightOptions(right, options, { meaning: "text" });
  if (options.length > 0 && !correct) return builder.refuse(frame, "right_answer_unclear", { answer: right });
  builder.choice(frame, options, correct?.slice(0, 1) ?? []);
}
