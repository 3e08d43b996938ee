/** Which options a cell or a line such as “B”, “1,3”, “C) Paris” or “Paris; Rome” says are right. */

import { truth } from "./build";

const ALPHABETS = ["abcdefghij", "абвгдежзик", "αβγδεζηθικ", "أبجدهوزحطي"];
const LABEL =
  /^(?:option|answer|choice|antwort|réponse|reponse|respuesta|opción|opcion|alternativa|risposta|opção|resposta|jawaban|pilihan|ответ|вариант)[\s_-]*[#:]?\s*/iu;
/** Between two right answers. */
const BETWEEN = /\s*(?:[,;/|&+、]|\band\b|\bund\b|\bet\b|\by\b|\be\b|\s)\s*/iu;

/** The place of a letter in its alphabet, from 0. */
export function letterIndex(letter: string): number | undefined {
  const lower = letter.toLowerCase();
  for (const alphabet of ALPHABETS) {
    const index = [...alphabet].indexOf(lower);
    if (index >= 0) return index;
  }
  return undefined;
}

export type Meaning = "index" | "text" | "either";

export interface Resolve {
  /** What is tried first; `either` tries the text of an option first. */
  meaning?: Meaning;
  /** The number of the first option. */
  from?: 0 | 1;
}

/** The indexes of the right options, or undefined where the text names none of them. */
export function rightOptions(
  said: string,
  options: readonly string[],
  { meaning = "either", from = 1 }: Resolve = {},
): number[] | undefined {
  const text = said
    .trim()
    .replace(/^["'“”]|["'“”]$/g, "")
    .trim();
  if (text === "") return undefined;
  const ways = meaning === "index" ? [byNumber, byLetter, byText, byList] : [byText, byLetter, byNumber, byList];
  for (const way of [...ways, byTruth]) {
    const found = way(text, options, from);
    if (found) return [...new Set(found)].sort((a, b) => a - b);
  }
  return undefined;
}

type Way = (text: string, options: readonly string[], from: 0 | 1) => number[] | undefined;

const usable = (indexes: readonly (number | undefined)[], options: readonly string[]): number[] | undefined =>
  indexes.length > 0 && indexes.every((index) => index !== undefined && (options[index] ?? "").trim() !== "")
    ? (indexes as number[])
    : undefined;

const byNumber: Way = (text, options, from) => {
  const parts = text.replace(LABEL, "").split(BETWEEN).filter(Boolean);
  return usable(
    parts.map((part) =>
      /^#?\d{1,2}(?:\.0)?[.)]?$/.test(part) ? Number.parseInt(part.replace("#", ""), 10) - from : undefined,
    ),
    options,
  );
};

const byLetter: Way = (text, options) => {
  const bare = text
    .replace(LABEL, "")
    .replace(/[()[\].]/g, " ")
    .trim();
  const parts = bare.split(BETWEEN).filter(Boolean);
  const single = parts.every((part) => [...part].length === 1);
  const run = parts.length === 1 && /^[A-J]{2,6}$/.test(bare) && new Set(bare).size === bare.length;
  const letters = single || run ? usable((run ? [...bare] : parts).map(letterIndex), options) : undefined;
  if (letters) return letters;
  const [, letter, rest = ""] =
    /^[([]?(\p{L})[.):\]]+\s*(.+)$/su.exec(text) ?? /^[([]?(\p{L})[\])]?\s*[-–—]\s+(.+)$/su.exec(text) ?? [];
  const index = letter === undefined ? undefined : letterIndex(letter);
  return index !== undefined &&
    options[index] !== undefined &&
    (alike(options[index], rest) || !options.some((option) => alike(option, rest)))
    ? usable([index], options)
    : undefined;
};

const byText: Way = (text, options) => {
  const exact = options.flatMap((option, index) => (option.trim() !== "" && option.trim() === text ? [index] : []));
  if (exact.length > 0) return exact;
  const found = options.flatMap((option, index) => (option.trim() !== "" && alike(option, text) ? [index] : []));
  return found.length > 0 ? found : undefined;
};

/** Several texts, where the options themselves may have commas in them. */
const byList: Way = (text, options) => {
  const rest = fold(text);
  const folded = options.map(fold);
  const order = folded
    .map((_, index) => index)
    .filter((index) => folded[index])
    .sort((a, b) => folded[b]!.length - folded[a]!.length);
  let steps = 0;
  const consume = (at: number, used: number[]): number[] | undefined => {
    if (++steps > 2000) return undefined;
    const skip = /^[\s,;/|&+•\-–\n]*(?:(?:and|und|et|y)\s)?/u.exec(rest.slice(at))![0].length;
    if (at + skip >= rest.length) return used.length > 1 ? used : undefined;
    for (const start of new Set([at + skip, at])) {
      for (const index of order) {
        const option = folded[index]!;
        if (used.includes(index) || !rest.startsWith(option, start)) continue;
        const end = start + option.length;
        if (end < rest.length && !/[\s,;/|&+]/.test(rest[end]!)) continue;
        const found = consume(end, [...used, index]);
        if (found) return found;
      }
    }
    return undefined;
  };
  return consume(0, []);
};

const byTruth: Way = (text, options) => {
  const said = truth(text);
  return said === undefined || options.filter(Boolean).length !== 2
    ? undefined
    : usable(
        [options.findIndex((option) => truth(option) === said)].filter((index) => index >= 0),
        options,
      );
};

/** A text without what does not matter for whether two are the same. */
export const fold = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[‘’‚´`]/g, "'")
    .replace(/[“”„«»]/g, '"')
    .replace(/[‐-―−]/g, "-")
    .replace(/\s+/g, " ")
    .trim();

const alike = (a: string, b: string) => fold(a).replace(/[.;:,]+$/, "") === fold(b).replace(/[.;:,]+$/, "");
