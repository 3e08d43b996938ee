/** Options that are lines without letters or bullets, as they are left when a numbered list is pasted from a document. */

import { fold, letterIndex } from "../answers";
import { MARK_AFTER, unbold } from "./plain-lines";

export interface Unlettered {
  text: string;
  options: string[];
  right: number[];
}

const MARK_BEFORE = /^(?:\*(?=[^\s*])|[✓✔✅☑]\ufe0f?\s*)/u;
const LONGEST = 160;

/** The question and its options, or undefined where nothing among the lines is said to be right. */
export function unlettered(stem: string, answer?: string): Unlettered | undefined {
  const lines = stem
    .split(/\n+/)
    .map((line) => line.trim())
    .filter(Boolean);
  const asks = lines.findIndex((line) => /[?？؟:：]$|_{3,}/.test(line));
  const from = Math.max(asks, 0) + 1;
  const below = lines.slice(from);
  if (below.length < 2 || below.length > 10 || below.some((line) => line.length > LONGEST)) return undefined;
  const text = lines.slice(0, from).join("\n");
  if (answer !== undefined) {
    const said = fold(unbold(answer).text).replace(/[.;,]+$/, "");
    const same = below.findIndex((line) => fold(line).replace(/[.;,]+$/, "") === said);
    const place = same >= 0 ? same : /^[A-J]$/.test(answer.trim()) && asks >= 0 ? letterIndex(answer.trim())! : -1;
    return below[place] === undefined ? undefined : { text, options: below, right: [place] };
  }
  const options = below.map((line) => {
    const bare = line.replace(MARK_BEFORE, "");
    const after = bare === line ? MARK_AFTER.exec(bare) : null;
    const emphasis = /\*[^*\s][^*]*\*/.test(line);
    return emphasis
      ? { text: line, marked: false }
      : { text: (after ? bare.slice(0, after.index) : bare).trim(), marked: bare !== line || after !== null };
  });
  const right = options.flatMap(({ marked }, index) => (marked ? [index] : []));
  return right.length === 0 || right.length === options.length
    ? undefined
    : { text, options: options.map((option) => option.text), right };
}
