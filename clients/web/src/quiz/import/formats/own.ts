/** QuickPoll's own quizzes, as JSON or YAML: one quiz, or several in one file. Unknown fields are ignored, wrong ones named. */

import { Builder, type Frame } from "../build";
import { decimal } from "../decimal";
import { IMAGE_CHARACTERS } from "../limits";
import type { Accepted, ImportedKind, ImportedQuestion, ImportedQuiz } from "../model";
import { KINDS } from "../model";
import type { Report } from "../report";
import { isRecord, list, type Rec, text as string } from "./records";

const IMAGE =
  /^(\/images\/[A-Za-z0-9_-]+\.(svg|png|jpg|webp)|data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2})$/;

const isOwn = (value: unknown): value is Rec =>
  isRecord(value) &&
  typeof value.title === "string" &&
  Array.isArray(value.questions) &&
  value.questions.some((one) => isRecord(one) && typeof one.kind === "string" && typeof one.text === "string");

/** The quizzes, or undefined where the value is none of QuickPoll's. */
export function readOwn(value: unknown, report: Report): ImportedQuiz[] | undefined {
  const quizzes =
    isRecord(value) && Array.isArray(value.quizzes) ? value.quizzes : Array.isArray(value) ? value : [value];
  if (quizzes.length === 0 || !quizzes.every(isOwn)) return undefined;
  let number = 0;
  return quizzes.map((quiz) => {
    const builder = new Builder(report, string(quiz.title));
    for (const one of list(quiz.questions)) readQuestion(isRecord(one) ? one : {}, ++number, builder);
    return builder.quiz;
  });
}

function readQuestion(source: Rec, number: number, builder: Builder): void {
  const image = string(source.image);
  const time = source.time_limit_ms;
  const frame: Frame = {
    place: { unit: "question", number },
    text: string(source.text),
    explanation: string(source.explanation),
  };
  if (typeof time === "number" && time > 0) frame.time_limit_ms = Math.round(time);
  if (typeof source.points === "number") frame.points = source.points;
  if (IMAGE.test(image) && image.length <= IMAGE_CHARACTERS) frame.image = image;
  const kind = KINDS.find((one) => one === source.kind);
  if (!kind) return builder.refuse(frame, "unsupported", { kind: string(source.kind) });
  const taken = READERS[kind](source, frame, builder);
  if (taken && image && !frame.image) builder.report.changed(frame.place, "picture_left", frame.text);
  if (taken && kind === "multiple") taken.kind = "multiple";
}

type Reader = (source: Rec, frame: Frame, builder: Builder) => ImportedQuestion | undefined;

const choice: Reader = (source, frame, builder) => {
  const options = list(source.options).map((one) =>
    isRecord(one) ? { text: string(one.text), correct: one.correct === true } : { text: string(one), correct: false },
  );
  const taken = builder.choice(
    frame,
    options.map(({ text }) => text),
    options.flatMap(({ correct }, index) => (correct ? [index] : [])),
    source.kind === "multiple" ? true : undefined,
  );
  // The author's own kind stays, where it can be.
  if (taken && taken.kind !== "multiple" && source.kind !== "multiple")
    taken.kind = source.kind === "true_false" && taken.options?.length === 2 ? "true_false" : "single";
  return taken;
};

const READERS: Record<ImportedKind, Reader> = {
  single: choice,
  multiple: choice,
  true_false: choice,
  poll: (source, frame, builder) =>
    builder.poll(
      frame,
      list(source.options).map((one) => string(isRecord(one) ? one.text : one)),
    ),
  text: (source, frame, builder) =>
    builder.typed(
      frame,
      list(source.accepted).map((one): Accepted =>
        isRecord(one) ? { text: string(one.text), share: Number(one.share ?? 100) || 100 } : string(one),
      ),
    ),
  number: (source, frame, builder) => {
    const value = decimal(string(source.value));
    return value === undefined
      ? builder.refuse(frame, "bad_number", { answer: string(source.value).slice(0, 40) })
      : builder.number(frame, value, decimal(string(source.tolerance)) ?? "0", string(source.unit));
  },
  order: (source, frame, builder) =>
    builder.order(
      frame,
      list(source.items).map((one) => string(isRecord(one) ? one.text : one)),
    ),
  match: (source, frame, builder) =>
    builder.match(
      frame,
      list(source.pairs)
        .filter(isRecord)
        .map(({ left, right }) => ({ left: string(left), right: string(right) })),
      list(source.extra).map(string),
    ),
  open: (_, frame, builder) => builder.open(frame),
  slide: (_, frame, builder) => builder.slide(frame),
};
