/** For the tests of the importers: what came out of a text, a line for each question and each entry of the report. */

import { strToU8, zipSync } from "fflate";
import { type Imported, importQuiz, type ImportOptions } from "./index";
import type { ImportedQuestion } from "./model";
import { inEnglish } from "./report";

/** A question on one line: `single: Which? [*this | that]`. */
export function line(question: ImportedQuestion): string {
  const { kind, text, options, accepted, value, tolerance, unit, pairs, extra, items } = question;
  const list = (parts: readonly string[]) => ` [${parts.join(" | ")}]`;
  let rest = "";
  if (options) rest = list(options.map((option) => (option.correct ? `*${option.text}` : option.text)));
  if (accepted)
    rest = ` = ${accepted.map((one) => (typeof one === "string" ? one : `${one.text} (${one.share} %)`)).join(" | ")}`;
  if (value !== undefined) rest = ` = ${value} ± ${tolerance}${unit ? ` ${unit}` : ""}`;
  if (pairs)
    rest = list(pairs.map(({ left, right }) => `${left} → ${right}`)) + (extra ? ` + ${extra.join(" | ")}` : "");
  if (items) rest = list(items);
  return `${kind}: ${text}${rest}`;
}

/** What came out, without the entry that only counts the questions. */
export function told({ quizzes, report }: Imported): {
  lines: string[];
  said: string[];
  titles: string[];
  questions: ImportedQuestion[];
} {
  const questions = quizzes.flatMap((quiz) => quiz.questions);
  const said = report
    .filter(({ code }) => code !== "read_as")
    .map((entry) => `${inEnglish(entry).where}: ${entry.code}${entry.text ? ` “${entry.text}”` : ""}`);
  return { lines: questions.map(line), said, titles: quizzes.map(({ title }) => title), questions };
}

export const read = (text: string, options?: ImportOptions) => told(importQuiz(strToU8(text), options));

/** A package with these files. */
export function zip(files: Record<string, string | Uint8Array>): Uint8Array {
  return zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [name, typeof content === "string" ? strToU8(content) : content]),
    ),
  );
}
