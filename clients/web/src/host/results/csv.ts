/**
 * The results as CSV (RFC 4180), one row for each player and question, for a spreadsheet.
 *
 * It begins with a byte order mark, by which spreadsheets know UTF-8. No text of a player or a quiz can run as a
 * formula: a cell that begins with = + - @, a tab or a line break gets an apostrophe in front.
 */

import { indexesIn } from "../../game/answers";
import { unparse } from "papaparse";
import type { PlayerAnswer, QuestionSummary } from "../../wire/protocol";
import type { Standings } from "./standings";

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const BYTE_ORDER_MARK = "\ufeff";

export interface CsvWords {
  /** One for each column, from rank to seconds. */
  headings: readonly string[];
  yes: string;
  no: string;
}

/** The text of the file. */
export function resultsCsv(standings: Standings, words: CsvWords): string {
  const rows = standings.players.flatMap((player) =>
    standings.questions.map((question, place) => [
      player.rank,
      player.name,
      player.points,
      question.index + 1,
      question.text,
      ...answered(question, player.answers[place] ?? null, words),
    ]),
  );
  return BYTE_ORDER_MARK + unparse([[...words.headings], ...rows], { newline: "\r\n", escapeFormulae: FORMULA });
}

function answered(question: QuestionSummary, answer: PlayerAnswer | null, { yes, no }: CsvWords): (string | number)[] {
  const correct = texts(question, question.correct);
  if (!answer) return ["", "", correct, "", ""];
  const right = answer.correct === null ? "" : answer.correct ? yes : no;
  const seconds = answer.response_ms === null ? "" : answer.response_ms / 1000;
  return [texts(question, indexesIn(answer.answer)), right, correct, answer.points, seconds];
}

function texts(question: QuestionSummary, indexes: readonly number[]): string {
  return indexes.map((index) => question.options[index]).join(" | ");
}
