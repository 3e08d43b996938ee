/** What an export says about what its format cannot hold. */

import type { ImportedQuestion } from "../import/model";
import { excerpt } from "../import/text";

export const LOSSES = {
  kind_left_out: "questions of the kind “{kind}” have no place in {format}; it was left out.",
  field_left_out: "its {field} has no place in {format}.",
  kind_changed: "it was written as “{to}”.",
  options_left_out: "{format} has room for {n} answers; {left} wrong ones were left out.",
  too_many_right: "{format} has room for {n} answers, and more are right; it was left out.",
  long_text: "{format} takes at most {n} characters here; shorten it before you import it there.",
  time_changed: "{format} knows certain time limits only; {from} s became {to} s.",
  arrow: "“->” was written as “→”, because it has a meaning of its own in {format}.",
  share_left_out: "answers that earn part of the points have no place in {format}: {answers}.",
} as const;

export type LossCode = keyof typeof LOSSES;

export interface Loss {
  /** The index of the question. */
  question: number;
  code: LossCode;
  params: Record<string, string | number>;
  /** The beginning of the question. */
  text: string;
}

/** Collects them for one format. */
export class Losses {
  readonly all: Loss[] = [];

  constructor(readonly format: string) {}

  add(index: number, { text }: ImportedQuestion, code: LossCode, params: Record<string, string | number> = {}): void {
    const loss = { question: index, code, params: { format: this.format, ...params }, text: excerpt(text) };
    const same = (one: Loss) =>
      one.question === index && one.code === code && JSON.stringify(one.params) === JSON.stringify(loss.params);
    if (!this.all.some(same)) this.all.push(loss);
  }

  /** Fields that no question keeps in this format. */
  fields(
    index: number,
    question: ImportedQuestion,
    names: readonly ("time_limit_ms" | "points" | "explanation" | "image" | "unit" | "extra")[],
  ): void {
    for (const name of names)
      if (question[name] !== undefined) this.add(index, question, "field_left_out", { field: name });
  }
}

/** A loss in English. */
export const lossInEnglish = ({ question, code, params, text }: Loss): string =>
  `Question ${question + 1} “${text}”: ${LOSSES[code].replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))}`;
