/** What several formats share. */

import type { ImportedOption, ImportedQuestion } from "../import/model";

export const escapeXml = (text: string): string =>
  text.replace(/[<>&"]/g, (sign) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" })[sign]!);

export const optionsOf = (question: ImportedQuestion): ImportedOption[] => question.options ?? [];
export const rightOf = (question: ImportedQuestion): ImportedOption[] =>
  optionsOf(question).filter(({ correct }) => correct);

/** The accepted answers of a typed question with their shares. */
export const acceptedOf = ({ accepted = [] }: ImportedQuestion): { text: string; share: number }[] =>
  accepted.map((one) => (typeof one === "string" ? { text: one, share: 100 } : one));

/** Whether the two options are called True and False, in this order, so that formats need not name them. */
export const isPlainTruth = (question: ImportedQuestion): boolean =>
  question.kind === "true_false" &&
  optionsOf(question)
    .map(({ text }) => text)
    .join("|") === "True|False";

/** The parts of a `data:` picture. */
export function pictureOf({ image = "" }: ImportedQuestion): { type: string; data: string } | undefined {
  const [, type, data] = /^data:image\/(png|jpeg|gif|webp);base64,(.+)$/.exec(image) ?? [];
  return type && data ? { type, data } : undefined;
}
