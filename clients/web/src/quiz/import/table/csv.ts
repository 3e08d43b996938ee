/** Tables as text: which sign parts the cells is found by reading the first lines with each, and seeing what comes out. */

import { parse } from "papaparse";
import { COLUMNS, ROWS } from "../limits";
import { headings } from "./columns";

export interface Cells {
  rows: string[][];
  numbers: number[];
  more: boolean;
  delimiter: string;
}

const DELIMITERS = [",", ";", "\t", "|"];
const SAMPLE = 20_000;

/** The cells of a text, or undefined where it is no table. */
export function readCells(text: string): Cells | undefined {
  const [line, named] = /^sep=(.)\n/.exec(text) ?? [];
  const body = line ? text.slice(line.length) : text;
  const delimiter = named ?? best(body);
  return delimiter === undefined ? undefined : cells(body, delimiter, line ? 1 : 0);
}

function cells(text: string, delimiter: string, skipped: number): Cells {
  const { data } = parse<string[]>(text, { delimiter, newline: "\n", preview: ROWS * 2 });
  const table: Cells = { rows: [], numbers: [], more: false, delimiter };
  let number = skipped + 1;
  for (const row of data) {
    const here = number++;
    if (row.every((cell) => cell.trim() === "")) continue;
    if (table.rows.length >= ROWS) {
      table.more = true;
      break;
    }
    table.rows.push(row.slice(0, COLUMNS));
    table.numbers.push(here);
  }
  return table;
}

function best(text: string): string | undefined {
  const sample = text.slice(0, SAMPLE);
  let found: string | undefined;
  let most = 0;
  for (const delimiter of DELIMITERS) {
    if (!sample.includes(delimiter)) continue;
    const rows = cells(sample, delimiter, 0).rows.slice(0, 200);
    const score = scoreOf(sample.length < text.length ? rows.slice(0, -1) : rows);
    if (score > most) [found, most] = [delimiter, score];
  }
  return found;
}

/** Known headings settle it; else rows should be equally wide. */
function scoreOf(rows: string[][]): number {
  if (rows.length === 0) return 0;
  const heading = rows.slice(0, 20).find((row) => headings(row));
  if (heading) return 100 + heading.filter((cell) => cell.trim()).length;
  const widths = new Map<number, number>();
  for (const row of rows) widths.set(row.length, (widths.get(row.length) ?? 0) + 1);
  const [width, count] = [...widths].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [0, 0];
  return width < 2 ? 0 : (count / rows.length) * Math.min(width, 12);
}
