/** What the response conditions of a QTI item give points for. */

import { between, decimal, distance, middle } from "../decimal";
import { all, below, type Element, first, inner } from "../xml";

/** Choosing or typing `value` in `response` earns `points`. */
export interface Award {
  response: string;
  value: string;
  points: number;
}

/** In the order of the file. Values that a condition excludes (`not`) are left out. */
export function awardsOf(item: Element): Award[] {
  const named = /fill in the blank/i.test(inner(below(item, "bbmd_questiontype")[0]));
  return below(item, "respcondition").flatMap((condition) => {
    const points = pointsOf(condition, named);
    return points > 0
      ? values(first(condition, "conditionvar")).map(({ response, value }) => ({ response, value, points }))
      : [];
  });
}

/** Points that a condition sets or adds; Blackboard writes SCORE.max for all of them. */
function pointsOf(condition: Element, named = false): number {
  const set = all(condition, "setvar").filter(({ attributes }) => !/feedback/i.test(attributes.varname ?? ""));
  const { title = "" } = condition.attributes;
  // Blackboard names the conditions of a text to fill in after their answers, and sets nothing.
  if (set.length === 0) return /^correct$/i.test(title) || (named && title && !/^incorrect$/i.test(title)) ? 100 : 0;
  return Math.max(
    ...set.map((one) => {
      const text = inner(one).trim();
      const sign = /^(subtract)$/i.test(one.attributes.action ?? "") ? -1 : 1;
      return /\.max$/i.test(text) ? 100 : sign * (Number(text) || 0);
    }),
  );
}

function values(element: Element | undefined): { response: string; value: string }[] {
  return (element?.children ?? []).flatMap((child) => {
    if (typeof child === "string" || child.name === "not") return [];
    if (/^var(equal|subset|subsetequal|inside)$/.test(child.name))
      return [{ response: child.attributes.respident ?? "", value: inner(child).trim() }];
    return values(child);
  });
}

/** The numbers that earn all points, each with how far an answer may be off. */
export function numbersOf(item: Element): { value: string; tolerance: string }[] {
  const conditions = below(item, "respcondition").map((condition) => ({ points: pointsOf(condition), condition }));
  const best = Math.max(0, ...conditions.map(({ points }) => points));
  if (best === 0) return [];
  return conditions
    .filter(({ points }) => points >= best)
    .flatMap(({ condition }) => alternatives(first(condition, "conditionvar")));
}

/** Each `or` with an exact value beside a range is one number, as Canvas writes them; otherwise each value and each range is one. */
function alternatives(element: Element | undefined): { value: string; tolerance: string }[] {
  const children = elements(element).filter(({ name }) => name !== "not");
  const exact = children.filter(({ name }) => name === "varequal").flatMap((child) => decimal(inner(child)) ?? []);
  const groups = children.filter(({ name }) => name === "and" || name === "or");
  const own = rangeOf(children);
  const ranges = own
    ? [own]
    : groups.filter(({ name }) => name === "and").flatMap((and) => rangeOf(elements(and)) ?? []);
  const [value] = exact;
  const [range] = ranges;
  if (exact.length === 1 && ranges.length === 1 && value !== undefined && range) return [around(value, range)];
  const deeper = groups.filter((group) => group.name === "or" || !rangeOf(elements(group))).flatMap(alternatives);
  return [
    ...exact.map((one) => ({ value: one, tolerance: "0" })),
    ...ranges.flatMap(({ from, to }) => middle(from, to) ?? []),
    ...deeper,
  ];
}

const elements = (element: Element | undefined): Element[] =>
  (element?.children ?? []).filter((child): child is Element => typeof child !== "string");

interface Range {
  from: string;
  to: string;
}

function rangeOf(children: readonly Element[]): Range | undefined {
  const bound = (pattern: RegExp) => children.find(({ name }) => pattern.test(name));
  const from = decimal(inner(bound(/^vargte?$/)));
  const to = decimal(inner(bound(/^varlte?$/)));
  return from !== undefined && to !== undefined ? { from, to } : undefined;
}

function around(value: string, { from, to }: Range): { value: string; tolerance: string } {
  if (!between(from, value, to)) return { value, tolerance: "0" };
  const [below, above] = [distance(from, value) ?? "0", distance(value, to) ?? "0"];
  return { value, tolerance: between("0", below, above) ? above : below };
}
