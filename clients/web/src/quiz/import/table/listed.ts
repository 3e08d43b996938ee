/** Several texts in one cell: a list of JSON or Python, with letters, or with a sign between them. */

import { inline } from "../formats/plain-blocks";

const LETTERED = /^\s*[([]?([A-Ja-j])[).\]:]\s+/;

/**
 * The texts of a cell; the whole cell where it is no list.
 *
 * @param last - the sign that parts them only where no other does, or "" for none
 */
export function listed(cell: string, last = ","): string[] {
  const text = cell.trim();
  const written = /^[[{].*[\]}]$/s.test(text) ? quoted(text) : undefined;
  if (written) return written;
  const parts = text.split("\n").flatMap(inline);
  const sign = ["|", ";", last].find((one) => one && text.includes(one));
  const found = parts.length > 1 ? parts : sign ? text.split(sign) : [text];
  const letters =
    found.length > 1 && found.every((part, at) => LETTERED.exec(part)?.[1]?.toLowerCase() === "abcdefghij"[at]);
  return found.map((part) => (letters ? part.replace(LETTERED, "") : part).trim());
}

/** `["a", "b"]`, `['a', 'b']`, `{"A": "a", "B": "b"}`: the values in quotation marks. */
function quoted(text: string): string[] | undefined {
  const strings = [...text.matchAll(/"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([^\s,:[\]{}'"][^,:[\]{}]*)/g)].map(
    ([, double, single, bare]) => (double ?? single ?? bare!).replace(/\\(.)/g, "$1").trim(),
  );
  const values = text.startsWith("{") ? strings.filter((_, at) => at % 2 === 1) : strings;
  return values.length > 1 ? values : undefined;
}
