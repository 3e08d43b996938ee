/** A quiz as it is asked on paper: what stands below each question, and what the key says. Pure. */

import type { MatchQuestion, Question, Quiz } from "../../wire/protocol";
import { LETTERS } from "../../i18n/wording";

/** What is filled in. */
export type Field =
  | { type: "options"; texts: string[]; several: boolean }
  | { type: "lines"; count: number; unit: string }
  /** A number goes before each: the right order, or the order of preference. */
  | { type: "places"; texts: string[]; own: boolean }
  | { type: "pairs"; left: string[]; right: string[] }
  | { type: "scale"; steps: number; from: string; to: string }
  | { type: "text"; text: string };

export interface Item {
  /** Null: it is not a question. */
  number: number | null;
  question: Question;
  field: Field;
  /** The right answer in words; empty where there is none. */
  right: string;
}

const BETWEEN = " · ";

/** All items of a quiz; slides are not counted. */
export function itemsOnPaper({ questions }: Quiz): Item[] {
  let number = 0;
  return questions.map((question) => {
    const field = fieldOf(question);
    return {
      number: question.kind === "slide" ? null : ++number,
      question,
      field,
      right: rightOf(question, field),
    };
  });
}

/** On paper nothing is shuffled by a server: texts stand in the order of the alphabet, which tells nothing. */
function sorted(texts: readonly string[]): string[] {
  const order = [...texts].sort((a, b) => a.localeCompare(b));
  const told = order.length > 1 && order.every((text, at) => text === texts[at]);
  return told ? order.reverse() : order;
}

const rights = ({ pairs, extra = [] }: MatchQuestion) => sorted([...pairs.map(({ right }) => right), ...extra]);

function fieldOf(question: Question): Field {
  switch (question.kind) {
    case "single":
    case "true_false":
      return { type: "options", texts: question.options.map(({ text }) => text), several: false };
    case "multiple":
      return { type: "options", texts: question.options.map(({ text }) => text), several: true };
    case "poll":
      return {
        type: "options",
        texts: question.options.map(({ text }) => text),
        several: (question.max_choices ?? 1) > 1,
      };
    case "text":
      return { type: "lines", count: 1, unit: "" };
    case "number":
      return { type: "lines", count: 1, unit: question.unit ?? "" };
    case "words":
      return { type: "lines", count: question.max_words ?? 1, unit: "" };
    case "open":
      return { type: "lines", count: 4, unit: "" };
    case "order":
      return { type: "places", texts: sorted(question.items), own: false };
    case "ranking":
      return { type: "places", texts: question.options.map(({ text }) => text), own: true };
    case "match":
      return { type: "pairs", left: question.pairs.map(({ left }) => left), right: rights(question) };
    case "scale":
      return {
        type: "scale",
        steps: question.steps ?? 5,
        from: question.min_label ?? "",
        to: question.max_label ?? "",
      };
    case "slide":
      return { type: "text", text: question.body ?? "" };
  }
}

function rightOf(question: Question, field: Field): string {
  switch (question.kind) {
    case "single":
    case "multiple":
    case "true_false":
      return question.options
        .flatMap(({ text, correct }, at) => (correct ? [`${LETTERS[at]} ${text}`] : []))
        .join(BETWEEN);
    case "text":
      return question.accepted
        .map((one) => (typeof one === "string" ? { text: one } : one))
        .map(({ text, share = 100 }) => (share === 100 ? text : `${text} (${share} %)`))
        .join(BETWEEN);
    case "number": {
      const { value, tolerance = "0", unit } = question;
      return [value, Number(tolerance) > 0 ? `± ${tolerance}` : "", unit ?? ""].filter((part) => part !== "").join(" ");
    }
    case "order":
      return question.items.map((item, at) => `${at + 1} ${item}`).join(BETWEEN);
    case "match": {
      const shown = field.type === "pairs" ? field.right : [];
      return question.pairs
        .map(({ left, right }, at) => `${at + 1} ${left} – ${LETTERS[shown.indexOf(right)]} ${right}`)
        .join(BETWEEN);
    }
    default:
      return "";
  }
}
