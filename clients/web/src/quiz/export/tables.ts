/** Kahoot's sheet, and a CSV in Wayground's (Quizizz's) columns, which holds more kinds. */

import { unparse } from "papaparse";
import type { ImportedOption, ImportedQuestion, ImportedQuiz } from "../import/model";
import { acceptedOf, optionsOf, rightOf } from "./common";
import type { Losses } from "./losses";
import { workbook } from "./xlsx";

const KAHOOT_SECONDS = [5, 10, 20, 30, 60, 90, 120, 240];
const KAHOOT_ANSWERS = 4;
const KAHOOT_HEADINGS = [
  "",
  "Question - max 120 characters",
  ...[1, 2, 3, 4].map((n) => `Answer ${n} - max 75 characters`),
  "Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs",
  "Correct answer(s) - choose at least one",
];

/** Kahoot's import template: its headings stand in row 8. */
export function toKahoot(quiz: ImportedQuiz, losses: Losses): Uint8Array<ArrayBuffer> {
  const rows: (string | number)[][] = [[], ["", "Quiz template"], ["", quiz.title], [], [], [], [], KAHOOT_HEADINGS];
  for (const [index, question] of quiz.questions.entries()) {
    const row = kahootRow(question, index, losses);
    if (row) rows.push([rows.length - 7, ...row]);
  }
  return workbook([{ name: "Sheet1", rows }]);
}

function kahootRow(question: ImportedQuestion, index: number, losses: Losses): (string | number)[] | undefined {
  if (!question.options || question.kind === "poll") {
    losses.add(index, question, "kind_left_out", { kind: question.kind });
    return undefined;
  }
  const options = reduced(question, index, losses);
  if (!options) return undefined;
  losses.fields(index, question, ["points", "explanation", "image"]);
  if (question.kind === "multiple" && rightOf(question).length === 1)
    losses.add(index, question, "kind_changed", { to: "single" });
  if (question.text.length > 120) losses.add(index, question, "long_text", { n: 120 });
  if (options.some(({ text }) => text.length > 75)) losses.add(index, question, "long_text", { n: 75 });
  const seconds = (question.time_limit_ms ?? 20_000) / 1000;
  const nearest = KAHOOT_SECONDS.reduce((best, one) =>
    Math.abs(one - seconds) < Math.abs(best - seconds) ? one : best,
  );
  if (nearest !== seconds) losses.add(index, question, "time_changed", { from: seconds, to: nearest });
  const correct = options.flatMap((option, place) => (option.correct ? [place + 1] : []));
  const texts = Array.from({ length: KAHOOT_ANSWERS }, (_, place) => options[place]?.text ?? "");
  return [question.text, ...texts, nearest, correct.length === 1 ? correct[0]! : correct.join(",")];
}

/** All right options and as many wrong ones as there is room for, in their order. */
function reduced(question: ImportedQuestion, index: number, losses: Losses): ImportedOption[] | undefined {
  const options = optionsOf(question);
  const room = KAHOOT_ANSWERS - rightOf(question).length;
  if (room < 0) {
    losses.add(index, question, "too_many_right", { n: KAHOOT_ANSWERS });
    return undefined;
  }
  if (options.length <= KAHOOT_ANSWERS) return options;
  losses.add(index, question, "options_left_out", { n: KAHOOT_ANSWERS, left: options.length - KAHOOT_ANSWERS });
  const wrong = options.filter(({ correct }) => !correct).slice(0, room);
  return options.filter((option) => option.correct || wrong.includes(option));
}

const CSV_OPTIONS = 10;
const FORMULA = /^[=+\-@\t\r]/;

/** Wayground's columns. It begins with a byte order mark, by which Excel knows UTF-8; what looks like a formula gets an apostrophe. */
export function toCsv(quiz: ImportedQuiz, losses: Losses): string {
  const most = Math.max(4, Math.min(CSV_OPTIONS, ...[Math.max(0, ...quiz.questions.map(widthOf))]));
  const headings = [
    "Question Text",
    "Question Type",
    ...Array.from({ length: most }, (_, n) => `Option ${n + 1}`),
    "Correct Answer",
    "Time in seconds",
    "Image Link",
    "Answer explanation",
  ];
  const rows = quiz.questions.flatMap((question, index) => {
    const row = csvRow(question, index, most, losses);
    return row ? [row] : [];
  });
  return `\ufeff${unparse([headings, ...rows], { newline: "\r\n", escapeFormulae: FORMULA })}\r\n`;
}

const widthOf = ({ options, accepted, items }: ImportedQuestion) => (options ?? accepted ?? items ?? []).length;

function csvRow(
  question: ImportedQuestion,
  index: number,
  most: number,
  losses: Losses,
): (string | number)[] | undefined {
  const held = csvAnswers(question, index, losses);
  if (!held || held.texts.length > most) {
    losses.add(index, question, held ? "too_many_right" : "kind_left_out", { kind: question.kind, n: most });
    return undefined;
  }
  losses.fields(index, question, ["points", "image", "unit"]);
  const cells = Array.from({ length: most }, (_, place) => held.texts[place] ?? "");
  return [
    question.text,
    held.type,
    ...cells,
    held.correct,
    question.time_limit_ms ? question.time_limit_ms / 1000 : "",
    "",
    question.explanation ?? "",
  ];
}

function csvAnswers(
  question: ImportedQuestion,
  index: number,
  losses: Losses,
): { type: string; texts: string[]; correct: string } | undefined {
  const texts = optionsOf(question).map(({ text }) => text);
  const correct = optionsOf(question)
    .flatMap((option, place) => (option.correct ? [place + 1] : []))
    .join(",");
  switch (question.kind) {
    case "single":
    case "true_false":
      return { type: "Multiple Choice", texts, correct };
    case "multiple":
      return { type: "Checkbox", texts, correct };
    case "poll":
      return { type: "Poll", texts, correct: "" };
    case "text": {
      const partly = acceptedOf(question).filter(({ share }) => share < 100);
      if (partly.length > 0)
        losses.add(index, question, "share_left_out", { answers: partly.map(({ text }) => text).join(", ") });
      return {
        type: "Fill-in-the-Blank",
        texts: acceptedOf(question)
          .filter(({ share }) => share >= 100)
          .map(({ text }) => text),
        correct: "",
      };
    }
    case "order":
      return { type: "Reorder", texts: question.items ?? [], correct: "" };
    case "open":
      return { type: "Open-Ended", texts: [], correct: "" };
    case "slide":
      return { type: "Slide", texts: [], correct: "" };
    default:
      return undefined;
  }
}
