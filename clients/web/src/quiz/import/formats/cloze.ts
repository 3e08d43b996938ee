/** Moodle's gap texts (Cloze): one gap becomes a question of its kind, more than one has none here and is named in the report. */

import type { Builder, Frame } from "../build";
import { decimal } from "../decimal";
import { htmlToText } from "../html";
import type { Accepted, Place } from "../model";
import { clean } from "../text";

const GAP = /\{\s*\d*\s*:\s*([A-Z_]+)\s*:((?:\\.|[^\\}])*)\}/g;

export const looksLikeCloze = (text: string): boolean =>
  /\{\s*\d*\s*:\s*(MULTICHOICE|MULTIRESPONSE|MC|MR|SHORTANSWER|SA|MW|NUMERICAL|NM)[A-Z_]*\s*:/.test(text);

export function readCloze(text: string, place: Place, builder: Builder): void {
  const gaps = [...text.matchAll(GAP)];
  const asked = clean(htmlToText(text.replace(GAP, "_____")));
  const [gap] = gaps;
  if (gaps.length !== 1 || !gap) return builder.refuse({ place, text: asked }, gaps.length === 0 ? "braces" : "gaps");
  readGap(gap[1] ?? "", gap[2] ?? "", { place, text: asked }, builder);
}

function readGap(kind: string, body: string, frame: Frame, builder: Builder): void {
  const answers = split(body, "~").map((piece) => {
    const [, mark = "", weight, rest = ""] = /^(=|%(-?\d+(?:\.\d+)?)%)?([\s\S]*)$/.exec(piece.trim()) ?? [];
    const [text = ""] = split(rest, "#");
    return { text: clean(htmlToText(text.replace(/\\(.)/g, "$1"))), weight: mark === "=" ? 100 : Number(weight ?? 0) };
  });
  const right = answers.flatMap(({ weight }, index) => (weight >= 100 ? [index] : []));
  if (/^(MULTICHOICE|MC|MULTIRESPONSE|MR)/.test(kind)) {
    const several = /^(MULTIRESPONSE|MR)/.test(kind);
    builder.choice(
      frame,
      answers.map(({ text }) => text),
      several ? answers.flatMap(({ weight }, index) => (weight > 0 ? [index] : [])) : right,
      several,
    );
  } else if (/^(NUMERICAL|NM)/.test(kind)) {
    const [value, tolerance] = (answers[right[0] ?? -1]?.text ?? "").split(":").map(decimal);
    if (value === undefined) builder.refuse(frame, "no_right_answer");
    else builder.number(frame, value, tolerance ?? "0");
  } else
    builder.typed(
      frame,
      answers
        .filter(({ weight }) => weight > 0)
        .map(({ text, weight }): Accepted => (weight >= 100 ? text : { text, share: Math.round(weight) })),
    );
}

/** Splits at a sign that has no backslash before it. */
function split(text: string, sign: string): string[] {
  const parts = [""];
  for (const [piece] of text.matchAll(/\\[\s\S]|[\s\S]/g)) {
    if (piece === sign) parts.push("");
    else parts[parts.length - 1] += piece;
  }
  return parts;
}
