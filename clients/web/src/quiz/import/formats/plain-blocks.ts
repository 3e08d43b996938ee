/** The lines of a typed quiz before any is understood: code blocks, and options that share a line. */

import { letterIndex } from "../answers";
import { lineOf } from "./plain-lines";

/** Code blocks that hold a quiz are opened, others are kept as they stand. */
export function unfence(lines: string[]): { raw: string; number: number; code: boolean }[] {
  const rows: { raw: string; number: number; code: boolean }[] = [];
  for (let index = 0; index < lines.length; index++) {
    const fence = /^(\s*)(`{3,}|~{3,})/.exec(lines[index]!);
    if (!fence) {
      rows.push({ raw: lines[index]!, number: index + 1, code: false });
      continue;
    }
    let end = index + 1;
    while (end < lines.length && !new RegExp(`^\\s*${fence[2]![0]}{${fence[2]!.length},}\\s*$`).test(lines[end]!))
      end++;
    const inside = lines.slice(index + 1, end);
    const shape = inside.map(lineOf);
    const marked =
      shape.some((line) => line.is === "option" && line.marked) && shape.some(({ is }) => is === "numbered");
    const options = shape.filter((line) => line.is === "option" && (line.box || line.label || marked)).length;
    const quiz = options >= 2 || shape.some(({ is }) => is === "open" || is === "answer");
    if (quiz)
      rows.push(
        { raw: "", number: index + 1, code: false },
        ...unfence(inside).map((row) => ({ ...row, number: row.number + index + 1 })),
      );
    else rows.push(...inside.map((raw, at) => ({ raw, number: index + at + 2, code: true })));
    index = end;
  }
  return rows;
}

const SPOILER =
  /<details[^>]*>\s*<summary[^>]*>[^<]*\b(?:answer|solution|antwort|lösung|réponse|respuesta|solución)[^<]*<\/summary>([^]*?)<\/details>/gi;

/** An answer that Markdown hides until somebody clicks is the line `Answer: …`; no line moves. */
export const spoilers = (text: string): string =>
  text.replace(SPOILER, (_whole: string, inside: string) =>
    inside
      .replace(/^\s*/, (space) => `${space}Answer: `)
      .replace(/(Answer: )(?:[*_]*(?:the\s+)?(?:correct\s+)?answer\s*(?:is)?\s*:[*_]*\s*)/i, "$1"),
  );

const MESSAGE =
  /^[\u200e\u202a]*\[?\d{1,4}[./:-]\d{1,2}(?:[./:-]\d{1,4})?,?\s+\d{1,4}[.:/-]\d{1,2}(?:[.:/-]\d{1,4})?(?:\s?[ap]\.?\s?m\.?)?(?:\]|\s[-–])\s*[^:\n]{1,40}:\s/i;

/** A conversation as WhatsApp exports or copies it, without who wrote each message when. */
export function messages(text: string): string {
  const lines = text.split("\n");
  return lines.filter((line) => MESSAGE.test(line)).length < 2
    ? text
    : lines.map((line) => line.replace(MESSAGE, "")).join("\n");
}

/** “A) one  B) two  C) three” on one line is three lines. */
export function inline(raw: string): string[] {
  const marks = [...raw.matchAll(/(?:^|\s)(\*?[([]?([A-Ja-j])[).\]])\s*(?=\S)/g)];
  const letters = marks.map(([, , letter]) => letterIndex(letter!));
  if (marks.length < 2 || letters.some((letter, index) => letter !== index)) return [raw];
  const starts = marks.map((mark) => mark.index + (mark[0].length - mark[0].trimStart().length));
  const head = raw.slice(0, starts[0]).trim();
  return [...(head ? [head] : []), ...starts.map((start, index) => raw.slice(start, starts[index + 1]).trim())];
}
