/** Spreadsheets (XLSX): the cells of each sheet as texts, as a person sees them. Formulas are not computed: their last results are read. */

import { COLUMNS, Refusal, ROWS } from "./limits";
import { type Element, all, below, first, inner, parseXml } from "./xml";
import type { Package } from "./zip";

export interface Sheet {
  name: string;
  rows: string[][];
  /** The number of each row as the spreadsheet shows it. */
  numbers: number[];
  /** Rows beyond the limit. */
  more: boolean;
}

/** Whether the package is a spreadsheet. */
export const isWorkbook = (file: Package): boolean => file.has("xl/workbook.xml");

/** The sheets of a workbook, in their order. @throws Refusal where it is damaged */
export function readWorkbook(file: Package): Sheet[] {
  const book = xml(file, "xl/workbook.xml");
  if (!book) throw new Refusal("broken_package");
  const targets = new Map(
    all(xml(file, "xl/_rels/workbook.xml.rels"), "Relationship").map(({ attributes }) => [
      attributes.Id,
      attributes.Target,
    ]),
  );
  const shared = all(xml(file, "xl/sharedStrings.xml"), "si").map(richText);
  const formats = dateFormats(xml(file, "xl/styles.xml"));
  const dates1904 = /^(1|true)$/.test(first(book, "workbookPr")?.attributes.date1904 ?? "");
  const sheets: Sheet[] = [];
  for (const { attributes } of all(first(book, "sheets"), "sheet")) {
    const target = targets.get(attributes.id) ?? `worksheets/sheet${sheets.length + 1}.xml`;
    const path = target.startsWith("/") ? target.slice(1) : `xl/${target}`;
    const root = xml(file, path);
    if (root) sheets.push(readSheet(attributes.name ?? "", root, { shared, formats, dates1904 }));
  }
  if (sheets.length === 0) throw new Refusal("broken_package");
  return sheets;
}

function xml(file: Package, name: string): Element | undefined {
  return file.has(name) ? parseXml(new TextDecoder().decode(file.read(name))) : undefined;
}

/** The text of a shared or inline string, without the readings that Japanese files have beside it. */
function richText(element: Element): string {
  return element.children
    .map((child) =>
      typeof child === "string" ? "" : child.name === "t" ? inner(child) : child.name === "r" ? richText(child) : "",
    )
    .join("");
}

interface Book {
  shared: string[];
  formats: Set<number>;
  dates1904: boolean;
}

function readSheet(name: string, root: Element, book: Book): Sheet {
  const sheet: Sheet = { name, rows: [], numbers: [], more: false };
  let number = 0;
  for (const row of below(first(root, "sheetData"), "row")) {
    number = Number(row.attributes.r) || number + 1;
    const cells: string[] = [];
    let column = -1;
    for (const cell of all(row, "c")) {
      column = columnOf(cell.attributes.r) ?? column + 1;
      const text = column < COLUMNS ? cellText(cell, book) : "";
      if (text === "") continue;
      while (cells.length < column) cells.push("");
      cells[column] = text;
    }
    if (cells.length === 0) continue;
    if (sheet.rows.length >= ROWS) {
      sheet.more = true;
      break;
    }
    sheet.rows.push(cells);
    sheet.numbers.push(number);
  }
  return sheet;
}

function columnOf(reference = ""): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference)?.[0];
  return letters ? [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1 : undefined;
}

function cellText(cell: Element, { shared, formats, dates1904 }: Book): string {
  const { t: type, s: style } = cell.attributes;
  if (type === "inlineStr") return unescape(first(cell, "is") ? richText(first(cell, "is")!) : "");
  const value = inner(first(cell, "v"));
  if (type === "s") return unescape(shared[Number(value)] ?? "");
  if (type === "b") return value === "1" ? "TRUE" : "FALSE";
  if (type === "str" || type === "d") return unescape(value);
  if (type === "e" || value.trim() === "") return "";
  const number = Number(value);
  if (!Number.isFinite(number)) return value;
  return formats.has(Number(style)) ? date(number, dates1904) : String(Number(number.toPrecision(15)));
}

/** Office writes control characters as `_x000D_`. */
const unescape = (text: string) =>
  text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** The cell styles that show a number as a date or a time. */
function dateFormats(styles: Element | undefined): Set<number> {
  const own = new Map(
    all(first(styles, "numFmts"), "numFmt").map(({ attributes }) => [
      Number(attributes.numFmtId),
      attributes.formatCode ?? "",
    ]),
  );
  const found = new Set<number>();
  for (const [index, { attributes }] of all(first(styles, "cellXfs"), "xf").entries()) {
    const id = Number(attributes.numFmtId);
    const code = (own.get(id) ?? "").replace(/"[^"]*"|\\.|\[[^\]]*\]/g, "");
    if ((id >= 14 && id <= 22) || (id >= 45 && id <= 47) || (/[ymdhs]/i.test(code) && !/general|[0#]/i.test(code)))
      found.add(index);
  }
  return found;
}

function date(days: number, dates1904: boolean): string {
  const milliseconds = Math.round((days - (dates1904 ? 24_107 : 25_569)) * 86_400) * 1000;
  if (Math.abs(milliseconds) > 8e15) return String(days);
  const [day = "", time = ""] = new Date(milliseconds).toISOString().split("T");
  if (days < 1 && days >= 0) return time.slice(0, 5);
  return Number.isInteger(days) ? day : `${day} ${time.slice(0, 5)}`;
}
