/**
 * The results as CSV (RFC 4180), one row for each player and question, for a spreadsheet.
 *
 * It begins with a byte order mark, by which spreadsheets know UTF-8, and has the separator and the decimal sign that
 * Excel expects in the language. No text of a player or a quiz can run as a formula: a cell that begins with = + - @, a
 * tab or a line break gets an apostrophe in front.
 */

import { unparse } from "papaparse";
import type { PlayerAnswer, QuestionSummary } from "../../wire/protocol";
import type { Standings } from "../standings";
import { answerText, correctText } from "./answers";

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const BYTE_ORDER_MARK = "\ufeff";
/** Windows separates the items of a list by a semicolon in these, though their decimal sign is a point. */
const SEMICOLON_LANGUAGES = ["ar"];

export interface CsvWords {
  /** One for each column, from rank to seconds. */
  headings: readonly string[];
  yes: string;
  no: string;
  /** Of the one who opens the file, as a language tag. */
  locale: string;
}

/** The text of the file. */
export function resultsCsv(standings: Standings, words: CsvWords): string {
  const { separator, decimal } = signsOf(words.locale);
  const rows = standings.players.flatMap((player) =>
    standings.questions.map((question, place) => [
      player.rank,
      player.name,
      player.points,
      question.index + 1,
      question.text,
      ...answered(question, player.answers[place] ?? null, words, decimal),
    ]),
  );
  const written = unparse([[...words.headings], ...rows], {
    delimiter: separator,
    newline: "\r\n",
    escapeFormulae: FORMULA,
  });
  return BYTE_ORDER_MARK + written;
}

/** What separates cells and whole numbers from fractions, for Excel in this language. */
export function signsOf(locale: string): { separator: string; decimal: string } {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5);
  const decimal = parts.find(({ type }) => type === "decimal")?.value ?? ".";
  const semicolon = decimal === "," || SEMICOLON_LANGUAGES.includes(locale.split("-")[0]!);
  return { separator: semicolon ? ";" : ",", decimal };
}

function answered(
  question: QuestionSummary,
  answer: PlayerAnswer | null,
  { yes, no }: CsvWords,
  decimal: string,
): (string | number)[] {
  const correct = correctText(question);
  if (!answer) return ["", "", correct, "", ""];
  const right = answer.correct === null ? "" : answer.correct ? yes : no;
  const seconds = answer.response_ms === null ? "" : String(answer.response_ms / 1000).replace(".", decimal);
  return [answerText(question, answer.answer), right, correct, answer.points, seconds];
}
