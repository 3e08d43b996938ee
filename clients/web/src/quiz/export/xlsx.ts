/** The smallest workbook that Excel, LibreOffice and Kahoot open: one sheet, its texts beside its cells. No cell is a formula. */

import { strToU8, zipSync } from "fflate";
import { escapeXml } from "./common";

const OFFICE = "http://schemas.openxmlformats.org";
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** A workbook with one sheet. Numbers are written as numbers, and empty texts not at all. */
export function workbook(name: string, rows: readonly (readonly (string | number)[])[]): Uint8Array {
  const files: Record<string, string> = {
    "[Content_Types].xml": `<Types xmlns="${OFFICE}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
    "_rels/.rels": `<Relationships xmlns="${OFFICE}/package/2006/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `<workbook xmlns="${OFFICE}/spreadsheetml/2006/main" xmlns:r="${OFFICE}/officeDocument/2006/relationships"><sheets><sheet name="${escapeXml(name)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${OFFICE}/package/2006/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    "xl/worksheets/sheet1.xml": `<worksheet xmlns="${OFFICE}/spreadsheetml/2006/main"><sheetData>${rows.map(rowOf).join("")}</sheetData></worksheet>`,
  };
  // A fixed date: the same quiz gives the same bytes.
  return zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(HEAD + text)])), {
    mtime: "2020-01-01T00:00:00Z",
  });
}

function rowOf(cells: readonly (string | number)[], row: number): string {
  const written = cells.map((cell, column) => {
    const at = `${letters(column)}${row + 1}`;
    if (typeof cell === "number") return `<c r="${at}"><v>${cell}</v></c>`;
    return cell === ""
      ? ""
      : `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(cell).replace(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_")}</t></is></c>`;
  });
  return `<row r="${row + 1}">${written.join("")}</row>`;
}

const letters = (column: number): string =>
  (column < 26 ? "" : letters(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));
