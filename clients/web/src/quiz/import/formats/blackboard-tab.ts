/** Blackboard's upload of questions: a line each, its kind, its text, and what belongs to the kind, parted by tabs. */

import { decimal } from "../decimal";
import { Builder, type Frame, truth } from "../build";
import { htmlToText } from "../html";
import type { Clock } from "../limits";
import type { ImportedQuiz } from "../model";
import type { Report } from "../report";
import { clean } from "../text";

const KINDS = /^(MC|MA|TF|ESS|ORD|MAT|FIB|FIB_PLUS|FIL|NUM|SR|OP|JUMBLED_SENTENCE|QUIZ_BOWL)\t/;

export function looksLikeUpload(text: string): boolean {
  const lines = text.split("\n", 200).filter((line) => line.trim());
  return lines.length > 0 && lines.filter((line) => KINDS.test(line)).length > lines.length * 0.6;
}

export function readUpload(text: string, report: Report, clock: Clock): ImportedQuiz[] {
  const builder = new Builder(report);
  for (const [index, line] of text.split("\n").entries()) {
    clock.check();
    if (!line.trim()) continue;
    const [kind = "", asked = "", ...rest] = line.split("\t").map((cell) => clean(htmlToText(cell)));
    const frame: Frame = { place: { unit: "line", number: index + 1 }, text: asked };
    if (KINDS.test(line)) question(kind, frame, rest, builder);
    else builder.refuse({ ...frame, text: line }, "text_without_question");
  }
  return [builder.quiz];
}

function question(kind: string, frame: Frame, cells: string[], builder: Builder): void {
  const pairs = cells.flatMap((left, at) => (at % 2 === 0 ? [{ left, right: cells[at + 1] ?? "" }] : []));
  switch (kind) {
    case "MC":
    case "MA": {
      const right = pairs.flatMap((pair, at) => (/^correct$/i.test(pair.right) ? [at] : []));
      const texts = pairs.map(({ left }) => left);
      return void builder.choice(frame, texts, right, kind === "MA");
    }
    case "TF": {
      const right = truth(cells[0] ?? "");
      return right === undefined ? builder.refuse(frame, "no_right_answer") : void builder.trueFalse(frame, right);
    }
    case "FIB":
      return void builder.typed(frame, cells);
    case "NUM": {
      const [value, tolerance] = cells.map(decimal);
      if (value === undefined) return builder.refuse(frame, "bad_number", { answer: (cells[0] ?? "").slice(0, 30) });
      return void builder.number(frame, value, tolerance ?? "0");
    }
    case "ORD":
      return void builder.order(frame, cells);
    case "MAT":
      return void builder.match(frame, pairs);
    case "ESS":
    case "SR":
      return void builder.open(frame);
    default:
      return builder.refuse(frame, /^(FIB_PLUS|JUMBLED)/.test(kind) ? "gaps" : "unsupported", { kind });
  }
}
