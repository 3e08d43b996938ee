/**
 * What a question asked, as far as results tell: two with the same content were the same question.
 *
 * Results name the options, the items or the right sides of pairs, and what is right; not the picture, and not the left
 * sides. Orders do not count where a game draws them.
 */

import type { Question, QuestionSummary } from "../../wire/protocol";
import type { Content } from "./types";

const written = (...parts: unknown[]) => JSON.stringify(parts);
const sorted = (texts: readonly string[]) => texts.map((text) => text.trim()).sort();

/** The content of a question that was played. */
export function contentPlayed({ kind, text, options, correct, solution, rulings }: QuestionSummary): Content {
  const at = (indexes: readonly number[]) => indexes.map((index) => options[index] ?? "");
  const { accepted, value, tolerance, unit, items, rights } = solution ?? {};
  const key =
    keyOf({ accepted, value, tolerance, unit, items: items && at(items), rights: rights && at(rights) }) ??
    written(sorted(at(correct)));
  return { asked: written(kind, text.trim(), sorted(options)), key: rulings?.length ? null : key };
}

/** The content of a question as it is written now. */
export function contentWritten(question: Question): Content {
  const fields = question as Partial<Record<string, unknown>> & Question;
  const options = "options" in question ? question.options : [];
  const rights = "pairs" in question ? question.pairs.map(({ right }) => right) : undefined;
  const extra = "pairs" in question ? (question.extra ?? []) : [];
  const items = "items" in question ? question.items : undefined;
  const offered = [...options.map(({ text }) => text), ...(items ?? []), ...(rights ?? []), ...extra];
  const { accepted, value, tolerance, unit } = fields as Solved;
  const key =
    keyOf({ accepted, value, tolerance, unit, items, rights }) ??
    written(sorted(options.filter(({ correct }) => correct).map(({ text }) => text)));
  return { asked: written(question.kind, question.text.trim(), sorted(offered)), key };
}

interface Solved {
  accepted?: readonly (string | { text: string; share?: number })[];
  value?: string;
  tolerance?: string | null;
  unit?: string | null;
  items?: readonly string[];
  rights?: readonly string[];
}

/** What is right where no option is. */
function keyOf({ accepted, value, tolerance, unit, items, rights }: Solved): string | undefined {
  if (accepted) {
    const texts = accepted.map((one) => (typeof one === "string" ? one : `${one.text.trim()} ${one.share ?? 100}`));
    return written(sorted(texts.map((text) => text.replace(/ 100$/, ""))));
  }
  if (value !== undefined) return written(Number(value), Number(tolerance ?? 0), unit ?? "");
  if (items) return written(items.map((text) => text.trim()));
  return rights && written(sorted(rights));
}

/** Whether a question that was played is the one that is written now. */
export function isSame(played: Content, now: Content): boolean {
  return played.asked === now.asked && (played.key === null || played.key === now.key);
}
