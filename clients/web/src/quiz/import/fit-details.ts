/** Imported questions without options as they can be played here: what has no room is cut or left out, and told. */

import type { ImportedQuestion } from "./model";
import type { Report } from "./report";

const ACCEPTED = { most: 20, characters: 80 };
const ITEMS = { least: 3, most: 8 };
const PAIRS = { least: 2, most: 6 };
const EXTRA = 4;
const LINE_CHARACTERS = 100;
const UNIT_CHARACTERS = 20;

type Shorten = (long: string, most: number) => string;
type Details = Record<string, unknown>;

/** The fields of its kind; null where it was left out, which the report says. */
export function detailsOf(question: ImportedQuestion, report: Report, shorten: Shorten): Details | null {
  switch (question.kind) {
    case "text":
      return acceptedOf(question, report, shorten);
    case "number":
      return {
        value: question.value,
        ...(question.tolerance && { tolerance: question.tolerance }),
        ...(question.unit && { unit: shorten(question.unit, UNIT_CHARACTERS) }),
      };
    case "order":
      return itemsOf(question, report, shorten);
    case "match":
      return pairsOf(question, report, shorten);
    case "open":
    case "slide":
      return {};
    default:
      report.leftOut(question.place, "no_options", question.text);
      return null;
  }
}

function acceptedOf(question: ImportedQuestion, report: Report, shorten: Shorten): Details | null {
  const { accepted = [], place, text } = question;
  const found = accepted.map((one) => (typeof one === "string" ? { text: one, share: 100 } : one));
  const kept = found.filter((one) => one.text.trim() !== "" && one.share >= 0.5).slice(0, ACCEPTED.most);
  if (kept.length === 0) {
    report.leftOut(place, "no_right_answer", text);
    return null;
  }
  if (found.length > ACCEPTED.most) report.changed(place, "fewer_lines", text, { n: ACCEPTED.most });
  return {
    accepted: kept.map(({ text, share }) => {
      const short = shorten(text, ACCEPTED.characters);
      return share >= 100 ? short : { text: short, share: Math.round(share) };
    }),
  };
}

function itemsOf(question: ImportedQuestion, report: Report, shorten: Shorten): Details | null {
  const items = (question.items ?? []).map((item) => shorten(item, LINE_CHARACTERS));
  if (new Set(items).size < ITEMS.least || new Set(items).size < items.length) {
    report.leftOut(question.place, "nothing_to_order", question.text);
    return null;
  }
  if (items.length > ITEMS.most) {
    report.leftOut(question.place, "too_many_lines", question.text, { n: ITEMS.most });
    return null;
  }
  return { items };
}

function pairsOf(question: ImportedQuestion, report: Report, shorten: Shorten): Details | null {
  const { place, text } = question;
  const all = (question.pairs ?? []).map(({ left, right }) => ({
    left: shorten(left, LINE_CHARACTERS),
    right: shorten(right, LINE_CHARACTERS),
  }));
  const pairs = all.filter(({ left }, at) => all.findIndex((other) => other.left === left) === at);
  if (pairs.length < PAIRS.least) {
    report.leftOut(place, "too_few_pairs", text);
    return null;
  }
  if (pairs.length > PAIRS.most) report.changed(place, "fewer_lines", text, { n: PAIRS.most });
  const extra = (question.extra ?? []).slice(0, EXTRA).map((one) => shorten(one, LINE_CHARACTERS));
  return { pairs: pairs.slice(0, PAIRS.most), ...(extra.length > 0 && { extra }) };
}
