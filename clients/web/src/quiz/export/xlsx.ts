/** The smallest workbook that Excel, LibreOffice and Kahoot open: its texts beside its cells. No cell is a formula. */

import { strToU8, zipSync } from "fflate";
import { escapeXml } from "./common";

const OFFICE = "http://schemas.openxmlformats.org";
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const PACKAGE = "application/vnd.openxmlformats-officedocument.spreadsheetml";
/** By their place in `cellXfs` below. */
const STYLES = { plain: 0, heading: 1, percent: 2, wrapped: 3 } as const;
/** As many characters as a cell may hold, by the specification of Excel. */
const CELL_CHARACTERS = 32_767;

/** A number, a text, or one of them with its look. Empty texts are not written at all. */
export type Cell = string | number | { value: string | number; style: keyof typeof STYLES };

export interface Sheet {
  /** Shortened to what Excel takes, and numbered where two are the same. */
  name: string;
  rows: readonly (readonly Cell[])[];
  /** The widths of the columns in characters; the last counts for all that follow. */
  widths?: readonly number[];
  /** How many rows and columns stay in sight. */
  frozen?: readonly [rows: number, columns: number];
  /** Ranges whose numbers have bars behind them, as `C4:C9`. */
  bars?: readonly string[];
}

/** A workbook of these sheets. @param level - of compression, 0 to 9 */
export function workbook(sheets: readonly Sheet[], level: 1 | 6 = 6): Uint8Array<ArrayBuffer> {
  const names = sheetNames(sheets.map(({ name }) => name));
  const each = (part: (place: number) => string) => sheets.map((_, place) => part(place + 1)).join("");
  const files: Record<string, string> = {
    "[Content_Types].xml": `<Types xmlns="${OFFICE}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${PACKAGE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${PACKAGE}.styles+xml"/>${each((n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${PACKAGE}.worksheet+xml"/>`)}</Types>`,
    "_rels/.rels": `<Relationships xmlns="${OFFICE}/package/2006/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `<workbook xmlns="${OFFICE}/spreadsheetml/2006/main" xmlns:r="${OFFICE}/officeDocument/2006/relationships"><sheets>${each((n) => `<sheet name="${escapeXml(names[n - 1]!)}" sheetId="${n}" r:id="rId${n}"/>`)}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${OFFICE}/package/2006/relationships">${each((n) => `<Relationship Id="rId${n}" Type="${OFFICE}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet${n}.xml"/>`)}<Relationship Id="rId${sheets.length + 1}" Type="${OFFICE}/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`,
    "xl/styles.xml": `<styleSheet xmlns="${OFFICE}/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="9" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
  };
  for (const [place, sheet] of sheets.entries()) files[`xl/worksheets/sheet${place + 1}.xml`] = sheetXml(sheet);
  // A fixed date: the same rows give the same bytes.
  return zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(HEAD + text)])), {
    mtime: "2020-01-01T00:00:00Z",
    level,
  });
}

function sheetXml({ rows, widths = [], frozen, bars = [] }: Sheet): string {
  const [top, start] = frozen ?? [0, 0];
  const pane = `${start ? ` xSplit="${start}"` : ""}${top ? ` ySplit="${top}"` : ""}`;
  const side = top && start ? "bottomRight" : top ? "bottomLeft" : "topRight";
  const view = pane
    ? `<sheetViews><sheetView workbookViewId="0"><pane${pane} topLeftCell="${letters(start)}${top + 1}" activePane="${side}" state="frozen"/></sheetView></sheetViews>`
    : "";
  const columns = widths
    .map((width, at) => {
      const last = at === widths.length - 1 ? Math.max(at + 1, ...rows.map(({ length }) => length)) : at + 1;
      return `<col min="${at + 1}" max="${last}" width="${width}" customWidth="1"/>`;
    })
    .join("");
  const pictures = bars
    .map(
      (range, at) =>
        `<conditionalFormatting sqref="${range}"><cfRule type="dataBar" priority="${at + 1}"><dataBar><cfvo type="num" val="0"/><cfvo type="max"/><color rgb="FF7C9BF0"/></dataBar></cfRule></conditionalFormatting>`,
    )
    .join("");
  return `<worksheet xmlns="${OFFICE}/spreadsheetml/2006/main">${view}${columns && `<cols>${columns}</cols>`}<sheetData>${rows.map(rowOf).join("")}</sheetData>${pictures}</worksheet>`;
}

function rowOf(cells: readonly Cell[], row: number): string {
  const written = cells.map((cell, column) => {
    const { value, style } = typeof cell === "object" ? cell : { value: cell, style: "plain" as const };
    const at = `r="${letters(column)}${row + 1}"${style === "plain" ? "" : ` s="${STYLES[style]}"`}`;
    if (typeof value === "number") return `<c ${at}><v>${value}</v></c>`;
    return value === ""
      ? ""
      : `<c ${at} t="inlineStr"><is><t xml:space="preserve">${textOf(value.slice(0, CELL_CHARACTERS))}</t></is></c>`;
  });
  return `<row r="${row + 1}">${written.join("")}</row>`;
}

/** XML has no way to say most control characters, and readers take `_x0041_` for an A. */
const textOf = (text: string): string =>
  escapeXml(text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")).replace(
    /_(?=x[0-9A-Fa-f]{4}_)/g,
    "_x005F_",
  );

export const letters = (column: number): string =>
  (column < 26 ? "" : letters(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));

/** Excel takes 31 characters without `[]:*?/\`, and no name twice. */
function sheetNames(wanted: readonly string[]): string[] {
  const taken = new Set<string>();
  return wanted.map((name) => {
    const plain =
      name
        .replace(/[[\]:*?/\\]/g, " ")
        .replace(/^'+|'+$/g, "")
        .trim() || "Sheet";
    for (let n = 1; ; n++) {
      const tail = n > 1 ? ` ${n}` : "";
      const shown = plain.slice(0, 31 - tail.length) + tail;
      if (taken.has(shown.toLowerCase())) continue;
      taken.add(shown.toLowerCase());
      return shown;
    }
  });
}
