/** Texts: each format says whether a text may be its own; the first that finds questions in it has it. */

import { parse as parseYaml } from "yaml";
import { looksLikeAiken, readAiken } from "./formats/aiken";
import { looksLikeAnki, readAnki } from "./formats/anki";
import { looksLikeUpload, readUpload } from "./formats/blackboard-tab";
import { apart, readCards, separatorOf } from "./formats/cards";
import { looksLikeGift, readGift } from "./formats/gift";
import { parseJson, readJson } from "./formats/json";
import { isMoodleXml, readMoodleXml } from "./formats/moodle-xml";
import { looksLikeOpenTriviaQa, readOpenTriviaQa } from "./formats/opentriviaqa";
import { readOwn } from "./formats/own";
import { inline, messages } from "./formats/plain-blocks";
import { lineOf } from "./formats/plain-lines";
import { readPlain } from "./formats/plain";
import { isQti, isQti2, readQti } from "./formats/qti";
import type { ImportOptions, Read } from "./types";
import { type Clock, Refusal } from "./limits";
import type { ImportedQuiz } from "./model";
import { Report } from "./report";
import { readText, understand } from "./table";
import { readCells } from "./table/csv";
import { decode } from "./text";
import { parseXml } from "./xml";

/** Reads a text of any format. @throws Refusal where it cannot be read */
export function readTextual(bytes: Uint8Array, report: Report, clock: Clock, options: ImportOptions): Read {
  const { text: decoded, encoding } = decode(bytes);
  const text = messages(decoded);
  if (text.trim() === "") throw new Refusal("empty");
  if (encoding === "windows-1252") report.file("note", "decoded", { encoding: "Windows-1252" });
  const start = text.trimStart();
  if (/^[{[]/.test(start) && !/^\[(html|moodle|plain|markdown)\]|^\[[ xX]\]/.test(start)) {
    const json = tryJson(start, report, clock);
    if (json) return json;
  }
  if (
    /^<(\?xml|!DOCTYPE|!--|[\w:]+[\s>])/i.test(start) &&
    !/^<(quiz>\s*\n(?!\s*<)|p|b|i|em|strong|div|span|h\d|br)\b/i.test(start)
  )
    return readMarkup(start, report, clock);
  return best(text, report, clock, options);
}

/** JSON, or nothing where a text only begins like it. */
function tryJson(text: string, report: Report, clock: Clock): Read | undefined {
  try {
    return readJson(parseJson(text), report, clock);
  } catch (error) {
    if (
      !(error instanceof Refusal) ||
      error.code !== "broken_json" ||
      (/^\{?\s*\[?\s*[{"\]]/.test(text) && /[}\]]\s*$/.test(text)) ||
      /^[{[]\s*\{?\s*"/.test(text)
    )
      throw error;
    return undefined;
  }
}

function readMarkup(text: string, report: Report, clock: Clock): Read {
  const root = parseXml(text);
  if (isMoodleXml(root)) return { format: "Moodle XML", quizzes: readMoodleXml(root, report, clock) };
  if (isQti(root)) return { format: "QTI", quizzes: readQti(root, report, clock) };
  if (isQti2(root)) throw new Refusal("qti2");
  if (root.name === "quiz") return { format: "Moodle XML", quizzes: [] };
  return { format: "", quizzes: [] };
}

interface Format {
  name: string;
  fits: (text: string) => boolean;
  read: (text: string, report: Report, clock: Clock, options: ImportOptions) => ImportedQuiz[];
}

const table: Format["read"] = (text, report, clock, { correction }) => {
  const cells = readCells(text);
  return cells ? readText(cells, "", report, clock, correction) : [];
};

const cards: Format["read"] = (text, report, clock) =>
  readCards(text, separatorOf(text)?.separator ?? "\t", report, clock);

const FORMATS: Format[] = [
  {
    name: "YAML",
    fits: (text) => /^title\s*:/m.test(text) && /^questions\s*:/m.test(text),
    read: (text, report) => readOwn(yaml(text), report) ?? [],
  },
  { name: "Blackboard", fits: looksLikeUpload, read: readUpload },
  { name: "Anki", fits: looksLikeAnki, read: readAnki },
  { name: "cards", fits: apart, read: cards },
  { name: "table", fits: (text) => hasHeadings(text), read: table },
  { name: "OpenTriviaQA", fits: looksLikeOpenTriviaQa, read: readOpenTriviaQa },
  {
    name: "Markdown",
    fits: (text) => (text.match(/^\s*(?:>\s*)?(?:[-*+]|\d+[.)])?\s*\[[ xX]\]\s+\S/gm) ?? []).length > 1,
    read: readPlain,
  },
  { name: "Aiken", fits: (text) => looksLikeAiken(text) && !/^\s*::/m.test(text), read: readAiken },
  { name: "GIFT", fits: looksLikeGift, read: readGift },
  { name: "text", fits: looksTyped, read: readPlain },
  { name: "table", fits: (text) => hasColumns(text), read: table },
  { name: "cards", fits: (text) => separatorOf(text) !== undefined, read: cards },
  {
    name: "GIFT",
    fits: (text) => /[{}]/.test(text) && !/^\s*(function|class|import|#include|def |const |let |var )/m.test(text),
    read: readGift,
  },
];

function best(text: string, report: Report, clock: Clock, options: ImportOptions): Read {
  let first: { read: Read; own: Report } | undefined;
  for (const { name, fits, read } of options.correction
    ? FORMATS.filter((one) => one.name === "table")
        .slice(0, 1)
        .map((one) => ({ ...one, fits: () => true }))
    : FORMATS) {
    clock.check();
    if (!fits(text)) continue;
    const own = new Report();
    const quizzes = read(text, own, clock, options);
    const result = { read: { format: name, quizzes, ...(name === "table" && tableOf(text, options)) }, own };
    first ??= result;
    if (quizzes.some(({ questions }) => questions.length > 0)) return adopt(result, report);
  }
  return first ? adopt(first, report) : { format: "", quizzes: [], ...tableOf(text, options) };
}

function adopt({ read, own }: { read: Read; own: Report }, report: Report): Read {
  report.entries.push(...own.entries);
  return read;
}

function yaml(text: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 50, logLevel: "silent" });
  } catch {
    return undefined;
  }
}

function hasHeadings(text: string): boolean {
  const cells = readCells(text);
  const known = cells && understand(cells.rows);
  return known !== undefined && !known.guessed;
}

/** Columns that say which option is right; two columns alone are cards, which know more separators. */
function hasColumns(text: string): boolean {
  const cells = readCells(text);
  const known = cells && understand(cells.rows);
  if (!cells || !known) return false;
  const widths = cells.rows.filter((row) => row.length > 1).length / cells.rows.length;
  return (
    widths > 0.8 &&
    (known.columns.includes("correct") || ((cells.delimiter !== "," || text.includes('"')) && cells.rows.length > 1))
  );
}

function tableOf(text: string, { correction }: ImportOptions): Pick<Read, "table"> {
  const cells = readCells(text);
  if (!cells || cells.rows.every((row) => row.length < 2)) return {};
  const known = understand(cells.rows, correction);
  return {
    table: {
      heading: known?.heading ?? -1,
      columns: known?.columns ?? [],
      guessed: known?.guessed ?? true,
      sample: cells.rows.slice(0, 12),
    },
  };
}

/** Options with letters or marks, or questions with their answers below. */
function looksTyped(text: string): boolean {
  const lines = text.split("\n", 4000).flatMap(inline).map(lineOf);
  const count = (test: (line: ReturnType<typeof lineOf>) => boolean) => lines.filter(test).length;
  const labelled = count((line) => line.is === "option" && line.label !== "");
  const marked = count((line) => line.is === "option" && (line.marked || line.box));
  const answers = count(({ is }) => is === "answer" || is === "key");
  return (
    labelled >= 2 ||
    marked >= 1 ||
    answers >= 1 ||
    /^\*(?=[^\s*])[^*\n]+$/m.test(text) ||
    /^<quiz\b/im.test(text) ||
    /(?:[✓✔✅]\ufe0f?|\((?:correct|right|richtig)\))\s*$/im.test(text) ||
    (/^\W*Q\s*[:.)]/m.test(text) && /^\W*A\s*[:.)]/m.test(text)) ||
    /<summary[^>]*>[^<]*(?:answer|solution|antwort|lösung)/i.test(text) ||
    /^\s*(?:\d+[.)]|Q\d*[.:)]).*(?:\((?:true|false)\)|[.!\t–-]\s*(?:true|false|t|f))\s*$/im.test(text)
  );
}
