/**
 * Quiz files: from text (JSON or YAML) to a quiz, and what is wrong with one in words.
 *
 * Only what the page itself needs is checked here. The server judges the rest, and its `bad_message`
 * is translated: `$.quiz.questions[3].options` becomes "Question 4, options".
 */

import { type TextKey, t } from "../i18n/i18n.svelte";
import type { Quiz } from "../wire/protocol";
import { QUIZ_BYTES } from "./limits";

/** Something in the file has to be changed; the message says what. */
export class QuizProblem extends Error {}

/** The quiz in a file's text. @throws QuizProblem */
export async function parseQuiz(text: string): Promise<Quiz> {
  const quiz = text.trimStart().startsWith("{") ? parseJson(text) : await parseYaml(text);
  if (!isRecord(quiz)) throw new QuizProblem(t("file.not_quiz"));
  if (typeof quiz.title !== "string") throw new QuizProblem(said(".title", t("file.missing")));
  if (!Array.isArray(quiz.questions) || quiz.questions.length === 0)
    throw new QuizProblem(said(".questions", t("file.no_questions")));
  const wrong = quiz.questions.findIndex((question) => !isRecord(question) || typeof question.text !== "string");
  if (wrong >= 0) throw new QuizProblem(said(`.questions[${wrong}].text`, t("file.missing")));
  if (new Blob([JSON.stringify(quiz)]).size > QUIZ_BYTES) throw new QuizProblem(t("file.too_big"));
  return quiz as unknown as Quiz;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new QuizProblem(t("file.not_json", { reason: (error as Error).message }));
  }
}

async function parseYaml(text: string): Promise<unknown> {
  // Loaded only by those who use it: as large as the rest of the page.
  const { parse } = await import("yaml");
  try {
    return parse(text);
  } catch (error) {
    throw new QuizProblem(t("file.not_yaml", { reason: (error as Error).message.split("\n")[0] ?? "" }));
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const TYPES = ["str", "int", "float", "bool", "array", "object", "null"] as const;
const type = (name = "") => {
  const known = TYPES.find((one) => one === name);
  return known ? t(`file.type.${known}`) : name;
};
const n = (text = "") => ({ n: Number(text) });

/** The server's sentences, and ours. */
const SENTENCES: [RegExp, (...found: string[]) => string][] = [
  [/^Object missing required field `(\w+)`$/, (field) => t("file.without", { field: fieldName(field ?? "") })],
  [/^Expected `str` of length >= 1$/, () => t("file.empty")],
  [/^Expected `array` of length >= (\d+)$/, (least) => t("file.too_few", n(least))],
  [/^Expected `array` of length <= (\d+)$/, (most) => t("file.too_many", n(most))],
  [/^Expected `str` of length <= (\d+)$/, (most) => t("file.too_long", n(most))],
  [/^Expected `int` >= (\d+)$/, (least) => t("file.too_small", n(least))],
  [/^Expected `int` <= (\d+)$/, (most) => t("file.too_large", n(most))],
  [/^Expected `str` matching regex /, () => t("file.picture")],
  [
    /^Expected `(\w+)(?: \| null)?`, got `(\w+)`$/,
    (expected, got) => t("file.wrong_type", { expected: type(expected), got: type(got) }),
  ],
  [/^Invalid enum value (.*)$/s, (value) => t("file.no_such", { value: value ?? "" })],
  [/a single question needs/, () => t("file.mark_one")],
  [/a multiple question needs/, () => t("file.mark_some")],
  [/a true_false question needs/, () => t("file.two_options")],
  [/a poll has no/, () => t("file.mark_none")],
];

/** The server's `bad_message` about a quiz, for its author. */
export function explain(message: string): string {
  const [, problem = message, path = ""] = /^(.*?)(?: - at `\$(.*)`)?$/s.exec(message) ?? [];
  for (const [pattern, sentence] of SENTENCES) {
    const found = pattern.exec(problem);
    if (found) return said(path, sentence(...found.slice(1)));
  }
  return said(path, problem);
}

const said = (path: string, problem: string) => t("file.said", { place: place(path), problem });

const FIELDS = [
  "title",
  "questions",
  "kind",
  "text",
  "options",
  "correct",
  "time_limit_ms",
  "points",
  "explanation",
  "image",
  "settings",
  "quiz",
] as const;

/** The name of a field in words; one that there are no words for as it stands in the file. */
function fieldName(name: string): string {
  const known = FIELDS.find((field) => field === name);
  return known ? t(`file.${known}` satisfies TextKey) : name;
}

function place(path: string): string {
  const words: string[] = [];
  for (const [, field, index] of path.matchAll(/\.(\w+)|\[(\d+)\]/g)) {
    if (field) words.push(field);
    else words.push(`${words.pop()}#${Number(index) + 1}`);
  }
  if (words[0] === "quiz" && words.length > 1) words.shift();
  const text = (words.length > 0 ? words : ["quiz"]).map(named).join(t("file.comma"));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function named(word: string): string {
  const [field = "", index] = word.split("#");
  if (!index) return fieldName(field);
  return field === "questions"
    ? t("file.question", n(index))
    : field === "options"
      ? t("file.option", n(index))
      : `${field} ${index}`;
}
