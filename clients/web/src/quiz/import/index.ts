/**
 * Import: from the bytes of a file to quizzes and a report. What the file is follows from what is in it, not from its name.
 *
 * Pure: no DOM, no network, no clock but the one that stops what takes too long. Whatever the bytes are, a report comes back and nothing is thrown.
 */

import { Clock, FILE_BYTES, Refusal, ROWS } from "./limits";
import type { ImportedQuiz } from "./model";
import type { Imported, ImportOptions, Read } from "./types";
import { Report } from "./report";
import { readBinary } from "./read-binary";
import { readTextual } from "./read-textual";
import type { Reason } from "./reasons";

/** Reads a file. Never throws. */
export function importQuiz(bytes: Uint8Array, options: ImportOptions = {}): Imported {
  const report = new Report();
  let read: Read = { format: "", quizzes: [] };
  try {
    if (bytes.length > FILE_BYTES) throw new Refusal("too_large", { mb: FILE_BYTES / 1024 / 1024 });
    const clock = new Clock(options.now);
    read = readBinary(bytes, report, clock, options) ?? readTextual(bytes, report, clock, options);
  } catch (error) {
    if (error instanceof Refusal) report.file("error", error.code as Reason, error.params);
    // Too much nesting ends the stack; whatever else a broken file leads to is the file's fault for the one who reads the report.
    else report.file("error", "failed", { format: read.format || "quiz" });
  }
  return finish(read, report, options);
}

function finish({ format, quizzes: found, table }: Read, report: Report, { name = "" }: ImportOptions): Imported {
  const quizzes = capped(
    found.filter(({ questions }) => questions.length > 0),
    report,
  );
  const title = name.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "");
  for (const quiz of quizzes) quiz.title ||= title;
  const n = quizzes.reduce((sum, { questions }) => sum + questions.length, 0);
  const failed = report.entries.some(({ severity }) => severity === "error");
  if (n > 0) report.file("note", "read_as", { format, n });
  else if (!failed && format) report.file("warning", "no_questions", { format });
  else if (!failed) report.file("error", "unknown");
  return { quizzes, report: report.finished(), format, ...(table && { table }) };
}

function capped(quizzes: ImportedQuiz[], report: Report): ImportedQuiz[] {
  let left = ROWS;
  const kept: ImportedQuiz[] = [];
  for (const quiz of quizzes) {
    if (quiz.questions.length > left) report.file("warning", "too_many_questions", { n: ROWS });
    const questions = quiz.questions.slice(0, left);
    left -= questions.length;
    if (questions.length > 0) kept.push({ ...quiz, questions });
    if (left === 0) break;
  }
  return kept;
}

export type { Imported, ImportOptions } from "./types";
