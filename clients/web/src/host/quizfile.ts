/**
 * Quiz files: from text (JSON or YAML) to a quiz, and what is wrong with one in words.
 *
 * Only what the page itself needs is checked here. The server judges the rest, and its `bad_message`
 * is translated: `$.quiz.questions[3].options` becomes "Question 4, options".
 */

import type { Quiz } from "../lib/protocol";

/** The server's limit for `create_session`, less what stands around the quiz. */
const MAX_BYTES = 1024 * 1024 - 4096;

/** Something in the file has to be changed; the message says what. */
export class QuizProblem extends Error {}

/** The quiz in a file's text. @throws QuizProblem */
export async function parseQuiz(text: string): Promise<Quiz> {
  const quiz = text.trimStart().startsWith("{") ? parseJson(text) : await parseYaml(text);
  if (!isRecord(quiz)) throw new QuizProblem("This is not a quiz: it should have a title and a list of questions.");
  if (typeof quiz.title !== "string") throw new QuizProblem("Quiz, title: missing");
  if (!Array.isArray(quiz.questions) || quiz.questions.length === 0) throw new QuizProblem("Quiz, questions: there should be a list of at least one");
  const wrong = quiz.questions.findIndex((question) => !isRecord(question) || typeof question.text !== "string");
  if (wrong >= 0) throw new QuizProblem(`Question ${wrong + 1}, text: missing`);
  if (new Blob([JSON.stringify(quiz)]).size > MAX_BYTES) throw new QuizProblem("The quiz is over 1 MB. Use smaller images.");
  return quiz as unknown as Quiz;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new QuizProblem(`This is not valid JSON: ${(error as Error).message}`);
  }
}

async function parseYaml(text: string): Promise<unknown> {
  // Loaded only by those who use it: as large as the rest of the page.
  const { parse } = await import("yaml");
  try {
    return parse(text);
  } catch (error) {
    throw new QuizProblem(`This is not valid YAML: ${(error as Error).message.split("\n")[0]}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const TYPES: Record<string, string> = {
  str: "text",
  int: "a whole number",
  float: "a number",
  bool: "true or false",
  array: "a list",
  object: "an object",
  null: "nothing",
};

/** The server's `bad_message` about a quiz, for its author. */
export function explain(message: string): string {
  const [, problem = message, path = ""] = /^(.*?)(?: - at `\$(.*)`)?$/s.exec(message) ?? [];
  const said = problem
    .replace(/^Object missing required field `(\w+)`$/, "$1 is missing")
    .replace(/`(str|int|float|bool|array|object|null)`/g, (_, type: string) => TYPES[type] as string)
    .replace(/^`options`: /, "")
    .replace(/^Expected text of length >= 1$/, "must not be empty")
    .replace(/^Expected a list of length >= (\d+)$/, "at least $1 are needed")
    .replace(/^Expected a list of length <= (\d+)$/, "at most $1 are allowed")
    .replace(/^Expected text of length <= (\d+)$/, "at most $1 characters are allowed")
    .replace(/^Expected a whole number >= (\d+)$/, "must be at least $1")
    .replace(/^Expected a whole number <= (\d+)$/, "must be at most $1")
    .replace(/^Expected text matching regex .*$/s, "must be a picture of QuickPoll or one inside the file (data:image/…)")
    .replace(/^Invalid enum value (.*)$/s, "there is no $1")
    .replace(/^Expected/, "expected");
  return `${place(path)}: ${said}`;
}

function place(path: string): string {
  const words: string[] = [];
  for (const [, field, index] of path.matchAll(/\.(\w+)|\[(\d+|\.\.\.)\]/g)) {
    const number = Number(index) + 1;
    if (field) words.push(field);
    else if (index) words.push(`${(words.pop() ?? "").replace(/s$/, "")} ${number}`);
  }
  if (words[0] === "quiz" && words.length > 1) words.shift();
  const text = words.join(", ") || "quiz";
  return text.charAt(0).toUpperCase() + text.slice(1);
}
