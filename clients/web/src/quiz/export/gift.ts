/** GIFT for Moodle and others. Texts are marked as plain, so that no sign in them is taken for HTML. */

import type { ImportedQuestion, ImportedQuiz } from "../import/model";
import { acceptedOf, isPlainTruth, optionsOf, rightOf } from "./common";
import type { Losses } from "./losses";

const escape = (text: string) => text.replace(/[\\:#={}~]/g, "\\$&").replaceAll("\n", "\\n");
const plain = (text: string) => `[plain]${escape(text)}`;
/** The share of one of n right answers, with Moodle's five digits. */
const weight = (n: number) => String(Number((100 / n).toFixed(5)));

export function toGift(quiz: ImportedQuiz, losses: Losses): string {
  const title = quiz.title.trim() ? [`$CATEGORY: ${quiz.title.replaceAll("/", "//").replace(/\s+/g, " ")}`] : [];
  const questions = quiz.questions.flatMap((question, index) => {
    losses.fields(index, question, [
      "time_limit_ms",
      "points",
      "image",
      "unit",
      ...(question.kind === "slide" ? (["explanation"] as const) : []),
    ]);
    return questionOf(question, index, losses) ?? [];
  });
  return `${[...title, ...questions].join("\n\n")}\n`;
}

function questionOf(question: ImportedQuestion, index: number, losses: Losses): string | undefined {
  const text = plain(question.text);
  if (question.kind === "slide") return text;
  const answers = answersOf(question, (arrow) => {
    if (arrow.includes("->")) losses.add(index, question, "arrow");
    return arrow.replaceAll("->", "→");
  });
  if (answers === undefined) {
    losses.add(index, question, "kind_left_out", { kind: question.kind });
    return undefined;
  }
  const explanation = question.explanation ? `####${plain(question.explanation)}` : "";
  return `${text} {${answers}${explanation}}`;
}

function answersOf(question: ImportedQuestion, arrow: (text: string) => string): string | undefined {
  const right = rightOf(question).length;
  switch (question.kind) {
    case "true_false":
    case "single":
      if (isPlainTruth(question)) return optionsOf(question)[0]?.correct ? "T" : "F";
      return optionsOf(question)
        .map(({ text, correct }) => `${correct ? "=" : "~"}${plain(text)}`)
        .join(" ");
    case "multiple":
      return optionsOf(question)
        .map(({ text, correct }) => `~%${correct ? weight(right) : "-100"}%${plain(text)}`)
        .join(" ");
    case "text":
      return acceptedOf(question)
        .map(({ text, share }) => `=${share < 100 ? `%${share}%` : ""}${plain(arrow(text))}`)
        .join(" ");
    case "number":
      return `#${question.value}:${question.tolerance ?? "0"}`;
    case "match":
      return [
        ...(question.pairs ?? []).map(({ left, right: to }) => `=${plain(arrow(left))} -> ${plain(to)}`),
        ...(question.extra ?? []).map((to) => `= -> ${plain(to)}`),
      ].join(" ");
    case "open":
      return "";
    default:
      return undefined;
  }
}
