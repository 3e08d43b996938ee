/** Cards (Quizlet, and lists that people type): a term and its definition on each line, with any separator. */

import { Builder } from "../build";
import { htmlToText } from "../html";
import type { Clock } from "../limits";
import type { ImportedQuiz } from "../model";
import type { Report } from "../report";

/** In the order in which they are believed: what rarely stands in a text first. */
const SEPARATORS = ["\t", "::", "=>", "->", "→", "⇒", " – ", " — ", " - ", " = ", "|", "=", " : ", ": ", ";", ","];
const SURE = new Set(["\t", "::", "=>", "->", "→", "⇒", "|"]);

interface Found {
  separator: string;
  /** The share of lines that have it. */
  share: number;
}

/** The separator of a list of cards, or undefined where it is none. */
export function separatorOf(text: string): Found | undefined {
  const lines = cardLines(text)
    .map(({ line }) => line)
    .slice(0, 500);
  if (lines.length < 2) return undefined;
  const [run] = /[^\p{L}\p{N}\s"'()[\]{}.!?]{3,}/u.exec(lines[0] ?? "") ?? [];
  for (const separator of [...(run && !/^[_\-=*#]+$/.test(run) ? [run] : []), ...SEPARATORS]) {
    const once = lines.filter((line) => {
      const at = line.indexOf(separator);
      return (
        at > 0 &&
        line.slice(at + separator.length).trim() !== "" &&
        (SURE.has(separator) || separator === run || line.indexOf(separator, at + 1) < 0)
      );
    }).length;
    const share = once / lines.length;
    if (share >= (SURE.has(separator) || separator === run ? 0.8 : 0.9)) return { separator, share };
  }
  return undefined;
}

/** Quizlet's cards with an empty line between them: a definition may have several lines. */
export function apart(text: string): boolean {
  const cards = text.trim().split(/\n\s*\n/);
  return (
    cards.length > 1 &&
    cards.some((card) => card.includes("\n")) &&
    cards.every((card) => card.split("\t").length === 2)
  );
}

function cardLines(text: string): { line: string; number: number }[] {
  if (apart(text)) {
    let number = 1;
    return text.split(/(\n\s*\n)/).flatMap((line) => {
      const here = { line, number };
      number += line.split("\n").length - 1;
      return line.trim() ? [here] : [];
    });
  }
  const lines = text
    .split("\n")
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== "");
  const [only] = lines;
  // Everything on one line: dog, Hund; cat, Katze
  if (lines.length === 1 && only && (only.line.match(/;/g) ?? []).length > 1)
    return only.line
      .split(";")
      .filter((piece) => piece.trim())
      .map((line) => ({ line: line.trim(), number: only.number }));
  return lines;
}

export function readCards(text: string, separator: string, report: Report, clock: Clock): ImportedQuiz[] {
  const builder = new Builder(report);
  const plain = (cell: string) => {
    const bare = cell.replace(/^\s*"([\s\S]*)"\s*$/, "$1").replaceAll('""', '"');
    return /<(br|div|b|i|img|span|p|u)\b[^<>]*>/i.test(bare) ? htmlToText(bare) : bare;
  };
  for (const { line, number } of cardLines(text)) {
    clock.check();
    const at = line.indexOf(separator);
    const place = { unit: "line", number } as const;
    if (at < 0) {
      builder.refuse({ place, text: line }, "no_definition");
      continue;
    }
    const [definition = ""] = separator === "\t" ? line.slice(at + 1).split("\t") : [line.slice(at + separator.length)];
    if (definition.trim() === "") builder.refuse({ place, text: line.slice(0, at) }, "no_definition");
    else builder.typed({ place, text: plain(line.slice(0, at)) }, [plain(definition)]);
  }
  return [builder.quiz];
}
