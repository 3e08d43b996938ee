/** What the columns of a table without headings hold, told by what stands in them. */

import { fold, rightOptions } from "../answers";
import type { Columns } from "./columns";

const TIMES = /^\s*\d{1,3}(?:\.0)?\s*(?:s|sec|secs|seconds?|sekunden)?\s*$/i;

/** Rows that are worth a look: with at least two filled cells. */
const filled = (rows: readonly string[][]) =>
  rows.filter((row) => row.filter((cell) => cell.trim()).length >= 2).slice(0, 300);

/** The columns, or undefined where the table is nothing that can be guessed. */
export function guess(rows: readonly string[][]): Columns | undefined {
  const sample = filled(rows);
  if (sample.length === 0) return undefined;
  const width = Math.max(...sample.map((row) => row.length));
  const columns: Columns = Array.from({ length: width });
  const used = columns.map((_, index) => sample.filter((row) => row[index]?.trim()).length);
  const live = [...columns.keys()].filter((index) => used[index]! > sample.length * 0.2);
  const share = (index: number, test: (cell: string, row: readonly string[]) => boolean) =>
    sample.filter((row) => row[index]?.trim() && test(row[index], row)).length / Math.max(1, used[index]!);
  const first = live[0];
  if (
    first !== undefined &&
    live.length > 2 &&
    share(first, (cell) => /^\s*(?:\d{1,4}(?:\.0)?[.)]?|[0-9a-f-]{36})\s*$/i.test(cell)) > 0.8
  )
    columns[first] = "number";
  const rest = live.filter((index) => !columns[index]);
  const question = rest.find((index) => share(index, (cell) => /\p{L}|\d/u.test(cell)) > 0.8);
  if (question === undefined) return undefined;
  columns[question] = "question";
  const after = rest.filter((index) => index > question);
  if (after.length === 0) return undefined;
  if (after.length <= 2) return cards(columns, after);
  return options(columns, after, sample, share);
}

/** Two texts, and perhaps a third that stays out. */
function cards(columns: Columns, after: readonly number[]): Columns {
  const [answer] = after;
  columns[columns.indexOf("question")] = "term";
  columns[answer!] = "definition";
  for (const index of after.slice(1)) columns[index] = "other";
  return columns;
}

type Share = (index: number, test: (cell: string, row: readonly string[]) => boolean) => number;

function options(
  columns: Columns,
  after: readonly number[],
  sample: readonly string[][],
  share: Share,
): Columns | undefined {
  const texts = (row: readonly string[], without: number) =>
    after.filter((index) => index !== without).map((index) => row[index] ?? "");
  const correct = [...after].reverse().find((index) => {
    const before = after.filter((one) => one < index);
    if (before.length < 2) return false;
    const byText = share(index, (cell, row) => texts(row, index).some((text) => fold(text) === fold(cell)));
    const byLabel = share(index, (cell) =>
      /^\s*(?:[a-h](?:\s*[,;&]?\s*[a-h])*|[0-9](?:\s*[,;&]\s*[0-9])*)\s*$/i.test(cell),
    );
    const fits = share(
      index,
      (cell, row) =>
        rightOptions(
          cell,
          before.map((one) => row[one] ?? ""),
          { meaning: "index" },
        ) !== undefined,
    );
    return byText > 0.75 || (byLabel > 0.75 && fits > 0.75);
  });
  if (correct === undefined) return undefined;
  columns[correct] = "correct";
  const choices = after.filter((index) => index !== correct);
  const time = choices.find(
    (index) =>
      index > choices[0]! &&
      share(
        index,
        (cell) => TIMES.test(cell) && Number.parseInt(cell, 10) >= 5 && Number.parseInt(cell, 10) % 5 === 0,
      ) > 0.8 &&
      new Set(sample.map((row) => row[index]?.trim())).size <= 6,
  );
  if (time !== undefined) columns[time] = "time";
  for (const index of choices)
    if (index !== time) columns[index] = index < correct || (time !== undefined && index < time) ? "option" : "other";
  return columns;
}
