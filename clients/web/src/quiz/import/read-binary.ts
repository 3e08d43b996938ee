/** Files that are no text: packages, spreadsheets, and what people choose by mistake. */

import { readH5pPackage, readQtiPackage } from "./formats/package";
import type { ImportOptions, Read } from "./types";
import { type Clock, Refusal } from "./limits";
import { readTextual } from "./read-textual";
import type { Report } from "./report";
import { readSheets, understand } from "./table";
import { isWorkbook, readWorkbook } from "./xlsx";
import { isZip, Package } from "./zip";

/** Reads a file that is no text; undefined where it is one. @throws Refusal where it cannot be read */
export function readBinary(bytes: Uint8Array, report: Report, clock: Clock, options: ImportOptions): Read | undefined {
  if (bytes.length === 0) throw new Refusal("empty");
  if (isZip(bytes)) return readPackage(new Package(bytes), report, clock, options);
  const start = String.fromCharCode(...bytes.subarray(0, 8));
  if (start.startsWith("\xd0\xcf\x11\xe0")) throw new Refusal("old_excel");
  if (start.startsWith("%PDF")) throw new Refusal("pdf");
  if (start.startsWith("PK")) throw new Refusal("broken_package");
  if (/^(\x89PNG|\xff\xd8\xff|GIF8|RIFF|OggS|ID3|\x1f\x8b|BM\S|\x7fELF|MZ|\0\0\0.ftyp|7z\xbc\xaf|Rar!)/s.test(start))
    throw new Refusal("picture");
  return undefined;
}

function readPackage(file: Package, report: Report, clock: Clock, options: ImportOptions): Read {
  if (isWorkbook(file)) {
    const sheets = readWorkbook(file);
    const quizzes = readSheets(sheets, "", report, clock, options.correction);
    const shown = sheets.find(({ rows }) => understand(rows, options.correction)) ?? sheets[0];
    const known = shown && understand(shown.rows, options.correction);
    return {
      format: "XLSX",
      quizzes,
      ...(shown && {
        table: {
          heading: known?.heading ?? -1,
          columns: known?.columns ?? [],
          guessed: known?.guessed ?? true,
          sample: shown.rows.slice(0, 12),
        },
      }),
    };
  }
  if (file.has("h5p.json") || file.has("content/content.json"))
    return { format: "H5P", quizzes: readH5pPackage(file, report, clock) };
  if (file.has("word/document.xml") || file.has("content.xml") || file.names.some((name) => name.startsWith("ppt/")))
    throw new Refusal("document");
  const quizzes = readQtiPackage(file, report, clock);
  if (quizzes.length > 0) return { format: "QTI", quizzes };
  return readAll(file, report, clock, options);
}

/** A ZIP in which people sent their files. */
function readAll(file: Package, report: Report, clock: Clock, options: ImportOptions): Read {
  const names = file.names.filter(
    (name) =>
      /\.(txt|gift|csv|tsv|json|ya?ml|md|xml|aiken)$/i.test(name) &&
      !/(^|\/)(__MACOSX\/|\.)/.test(name) &&
      !/imsmanifest/i.test(name),
  );
  const read = names
    .map((name) => readTextual(file.read(name), report, clock, { ...options, name }))
    .filter(({ quizzes }) => quizzes.some(({ questions }) => questions.length > 0));
  return {
    format: read.length > 0 ? `ZIP: ${[...new Set(read.map(({ format }) => format))].join(", ")}` : "",
    quizzes: read.flatMap(({ quizzes }) => quizzes),
  };
}
