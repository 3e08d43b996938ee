/** Tables of any origin: finds the row of headings or guesses the columns, and reads the rows. */

import { type Clock, ROWS } from "../limits";
import type { ImportedQuiz } from "../model";
import type { Report } from "../report";
import type { Sheet } from "../xlsx";
import { type Columns, headings, type Role } from "./columns";
import type { Cells } from "./csv";
import { guess } from "./guess";
import { readTable, type Table } from "./rows";

/** A table as it was understood, for the page on which people correct that. */
export interface Understood {
  heading: number;
  columns: Columns;
  guessed: boolean;
  /** The first rows. */
  sample: string[][];
}

/** What a person says about the columns. */
export interface Correction {
  heading: number;
  columns: readonly (Role | undefined)[];
}

/** The columns of a table, with how surely they are known; undefined where nothing says what they are. */
export function understand(
  rows: readonly string[][],
  correction?: Correction,
): { heading: number; columns: Columns; guessed: boolean } | undefined {
  if (correction) return { heading: correction.heading, columns: [...correction.columns], guessed: false };
  let found: { heading: number; columns: Columns; guessed: boolean } | undefined;
  for (const [index, row] of rows.slice(0, 30).entries()) {
    const below = rows[index + 1];
    for (const [heading, cells] of [
      [index, row] as const,
      ...(below ? [[index + 1, over(row, below)] as const] : []),
    ]) {
      const columns = headings(cells);
      const better = columns && columns.filter(Boolean).length > (found?.columns.filter(Boolean).length ?? 0);
      // A row of a question stands below its headings, and is no second row of them.
      if (better && (heading === index || !below?.[columns.indexOf("question")]?.trim()))
        found = { heading, columns, guessed: false };
    }
  }
  if (found) return found;
  // A first row that names the columns in words of its own can hide what the others have in common.
  const below = guess(rows.slice(1));
  const columns = guess(rows) ?? (below?.includes("correct") ? below : undefined);
  return columns && { heading: headingOf(rows, columns), columns, guessed: true };
}

/** Headings on two rows, as Socrative has them: what the lower one says counts. */
const over = (upper: readonly string[], lower: readonly string[]): string[] =>
  Array.from({ length: Math.max(upper.length, lower.length) }, (_, index) =>
    lower[index]?.trim() ? lower[index] : (upper[index] ?? ""),
  );

/** Rows above the first that fits the guess are headings. */
function headingOf(rows: readonly string[][], columns: Columns): number {
  const number = columns.indexOf("number");
  const correct = columns.indexOf("correct");
  const fits = (row: readonly string[]) =>
    (number < 0 || /\d/.test(row[number] ?? "")) &&
    (correct < 0 ||
      /^\s*(\d[\d,; ]*|[a-h][a-h,; ]*)\s*$/i.test(row[correct] ?? "") ||
      row.indexOf(row[correct] ?? "") < correct);
  const first = rows.findIndex(fits);
  return number >= 0 || correct >= 0 ? (first > 0 && first <= 3 ? first - 1 : -1) : -1;
}

export function readSheets(
  sheets: readonly Sheet[],
  title: string,
  report: Report,
  clock: Clock,
  correction?: Correction,
): ImportedQuiz[] {
  const raw = sheets.filter(({ name }) => /rawreportdata/i.test(name));
  const quizzes: ImportedQuiz[] = [];
  for (const sheet of raw.length > 0 ? raw : sheets) {
    const known = understand(sheet.rows, correction);
    if (sheet.more) report.file("warning", "too_many_rows", { n: ROWS });
    if (!known || (known.guessed && quizzes.length > 0)) continue;
    quizzes.push(
      readKnown(
        {
          ...known,
          rows: sheet.rows,
          numbers: sheet.numbers,
          title: sheets.length > 1 ? sheet.name : title,
          sheet: sheet.name,
        },
        known.guessed,
        report,
        clock,
      ),
    );
  }
  return quizzes;
}

export function readText(
  cells: Cells,
  title: string,
  report: Report,
  clock: Clock,
  correction?: Correction,
): ImportedQuiz[] {
  const known = understand(cells.rows, correction);
  if (!known) return [];
  if (cells.more) report.file("warning", "too_many_rows", { n: ROWS });
  return [readKnown({ ...known, rows: cells.rows, numbers: cells.numbers, title }, known.guessed, report, clock)];
}

function readKnown(table: Table, guessed: boolean, report: Report, clock: Clock): ImportedQuiz {
  if (guessed) report.file("note", "header_guessed");
  return readTable(table, report, clock);
}
