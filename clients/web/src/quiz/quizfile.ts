/**
 * Quiz files: from text (JSON or YAML) to a quiz, and what is wrong with one in words.
 *
 * Only what the page itself needs is checked here. The server judges the rest, and says which field breaks which rule:
 * `$.quiz.questions[3].options` becomes "Question 4, options".
 */

import { type TextKey, t } from "../i18n/i18n.svelte";
import type { Quiz, Error as ServerError } from "../wire/protocol";
import { QUIZ_BYTES } from "./limits";

type Broken = Pick<ServerError, "path" | "rule" | "limit">;

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

const TYPES = ["string", "integer", "number", "boolean", "array", "object", "null"] as const;
const typed = (types: string) =>
  types
    .split(" | ")
    .filter((type, _, all) => type !== "null" || all.length === 1)
    .map((type) => {
      const known = TYPES.find((one) => one === type);
      return known ? t(`file.type.${known}`) : type;
    })
    .join(" / ");

/** What is wrong with a field, by the rule that it breaks. */
function problemOf({ path = "", rule, limit = "" }: Broken): string | undefined {
  const n = { n: Number(limit) };
  switch (rule) {
    case "missing":
      return t("file.missing");
    case "type":
      return t("file.wrong_type", { expected: typed(String(limit)) });
    case "unknown":
      return t("file.no_such", { value: String(limit) });
    case "format":
      return t(path.endsWith(".image") ? "file.picture" : "file.decimal");
    case "too_short":
    case "blank":
      return t("file.empty");
    case "too_long":
      return t("file.too_long", n);
    case "too_few":
      return t("file.too_few", n);
    case "too_many":
      return t("file.too_many", n);
    case "too_small":
      return t("file.too_small", n);
    case "too_large":
      return t("file.too_large", n);
    case "slider_steps":
      return t("file.slider_steps", n);
    case "repeated":
    case "outside_slider":
    case "slider_part":
    case "slider_order":
      return t(`file.${rule}`);
    case "one_correct":
      return t("file.mark_one");
    case "some_correct":
      return t("file.mark_some");
    case "none_correct":
      return t("file.mark_none");
    case "true_or_false":
      return t("file.two_options");
    default:
      return undefined;
  }
}

/** What the server says is wrong with a quiz, for its author. */
export function explain({ broken, message }: { broken: Broken; message: string }): string {
  const problem = problemOf(broken);
  return problem === undefined ? message : said((broken.path ?? "").replace(/^\$/, ""), problem);
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
    ? t("file.question", { n: Number(index) })
    : field === "options"
      ? t("file.option", { n: Number(index) })
      : `${field} ${index}`;
}
