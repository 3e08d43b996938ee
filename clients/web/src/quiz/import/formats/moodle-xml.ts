/** Moodle XML: the question bank's own export. */

import { Builder, type Frame } from "../build";
import { decimal } from "../decimal";
import { htmlToText, pictures } from "../html";
import { type Clock, IMAGE_CHARACTERS } from "../limits";
import type { Accepted, ImportedQuiz, Place } from "../model";
import type { Report } from "../report";
import { clean, excerpt } from "../text";
import { all, type Element, first, inner } from "../xml";
import { readCloze } from "./cloze";
import { lastPart, takeNumbers } from "./gift";

export const isMoodleXml = (root: Element): boolean => root.name === "quiz" && all(root, "question").length > 0;

export function readMoodleXml(root: Element, report: Report, clock: Clock): ImportedQuiz[] {
  const builder = new Builder(report);
  let number = 0;
  for (const question of all(root, "question")) {
    clock.check();
    const kind = question.attributes.type ?? "";
    if (kind === "category") {
      builder.quiz.title ||= clean(lastPart(inner(first(question, "category", "text"))));
      continue;
    }
    number++;
    readQuestion(kind, question, { unit: "question", number }, builder);
  }
  return [builder.quiz];
}

type Reader = (question: Element, frame: Frame, builder: Builder) => void;

const READERS: Record<string, Reader> = {
  multichoice: readChoice,
  multichoiceset: readChoice,
  truefalse: readTrueFalse,
  shortanswer: readTyped,
  numerical: readNumerical,
  matching: readPairs,
  ddmatch: readPairs,
  essay: (_, frame, builder) => builder.open(frame),
  description: (_, frame, builder) => builder.slide(frame),
  gapselect: readGap,
  ddwtos: readGap,
  wordselect: (_, frame, builder) => builder.refuse(frame, "gaps"),
  ordering: readOrder,
  order: readOrder,
  cloze: (question, { place }, builder) => readCloze(inner(first(question, "questiontext", "text")), place, builder),
  multianswer: (question, { place }, builder) =>
    readCloze(inner(first(question, "questiontext", "text")), place, builder),
};

function readQuestion(kind: string, question: Element, place: Place, builder: Builder): void {
  const text = textOf(first(question, "questiontext"));
  const frame: Frame = {
    place,
    text: text || clean(inner(first(question, "name", "text"))),
    explanation: textOf(first(question, "generalfeedback")),
  };
  const source = first(question, "questiontext");
  const image = pictureOf(source);
  if (image) frame.image = image;
  const read = READERS[kind.toLowerCase()];
  if (!read)
    return builder.refuse(
      frame,
      /^calculated/.test(kind) ? "formula" : /^dd(marker|imageortext|image)/.test(kind) ? "hotspot" : "unsupported",
      { kind: kind || "?" },
    );
  const before = builder.quiz.questions.length;
  read(question, frame, builder);
  if (!image && builder.quiz.questions.length > before && pictures(inner(first(source, "text"))).length > 0)
    builder.report.changed(place, "picture_left", frame.text);
}

/** A field as plain text, by the format that it says it has. */
function textOf(field: Element | undefined): string {
  const raw = field
    ? first(field, "text")
      ? inner(first(field, "text"))
      : field.children.every((child) => typeof child === "string")
        ? inner(field)
        : ""
    : "";
  const format = field?.attributes.format ?? "html";
  return clean(
    format === "plain_text" || format === "markdown"
      ? raw
      : htmlToText(format === "moodle_auto_format" ? raw.replaceAll("\n", "<br>") : raw),
  );
}

/** The first picture of a text whose file comes with it. */
function pictureOf(field: Element | undefined): string | undefined {
  const addresses = pictures(inner(first(field, "text")));
  for (const address of addresses) {
    if (address.startsWith("data:image/") && address.length <= IMAGE_CHARACTERS) return address;
    const name = decodeURIComponentSafely(address.split(/[?#]/)[0]!.split("/").at(-1) ?? "");
    const file = all(field, "file").find(({ attributes }) => attributes.name === name);
    const type = /\.(png|jpe?g|gif|webp)$/i.exec(name)?.[1]?.toLowerCase().replace("jpg", "jpeg");
    const data = file?.attributes.encoding === "base64" ? inner(file).replace(/\s+/g, "") : "";
    if (type && data && /^[A-Za-z0-9+/]+={0,2}$/.test(data) && data.length < IMAGE_CHARACTERS - 30)
      return `data:image/${type};base64,${data}`;
  }
  return undefined;
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Answer {
  text: string;
  fraction: number;
  element: Element;
}

function answersOf(question: Element): Answer[] {
  return all(question, "answer").map((element) => ({
    text: textOf(element),
    fraction: Number(element.attributes.fraction ?? inner(first(element, "fraction")) ?? 0) || 0,
    element,
  }));
}

function readChoice(question: Element, frame: Frame, builder: Builder): void {
  const answers = answersOf(question);
  // Moodle's own reading: several may be chosen only where `single` is said to be false.
  const single = !/^(false|0)$/i.test(inner(first(question, "single")).trim());
  const right = answers.flatMap(({ fraction }, index) => ((single ? fraction >= 99 : fraction > 0) ? [index] : []));
  const taken = builder.choice(
    frame,
    answers.map(({ text }) => text),
    right,
    !single,
  );
  if (taken && single && answers.some(({ fraction }) => fraction > 0 && fraction < 99))
    builder.report.changed(frame.place, "partial", frame.text);
  if (taken && answers.some(({ text }) => !text)) builder.report.changed(frame.place, "blank_options", frame.text);
}

/** Words to choose from for the gaps of a text, by their number; one gap is a question with options. */
function readGap(question: Element, frame: Frame, builder: Builder): void {
  const words = [...all(question, "selectoption"), ...all(question, "dragbox")].map((element) => ({
    text: textOf(element),
    group: inner(first(element, "group")).trim(),
  }));
  const gaps = [...frame.text.matchAll(/\[\[(\d+)\]\]/g)];
  const right = words[Number(gaps[0]?.[1]) - 1];
  if (gaps.length !== 1 || !right) return builder.refuse(frame, "gaps");
  const offered = words.filter(({ group }) => group === right.group);
  builder.choice(
    { ...frame, text: frame.text.replace(gaps[0]![0], "_____") },
    offered.map(({ text }) => text),
    [offered.indexOf(right)],
  );
}

function readTrueFalse(question: Element, frame: Frame, builder: Builder): void {
  const right = answersOf(question).find(({ fraction }) => fraction > 0);
  const said =
    right && /^(true|t|1|wahr|vrai|verdadero)$/i.test(right.text)
      ? true
      : right && /^(false|f|0|falsch|faux|falso)$/i.test(right.text)
        ? false
        : undefined;
  if (said === undefined) builder.refuse(frame, "no_right_answer");
  else builder.trueFalse(frame, said);
}

function readTyped(question: Element, frame: Frame, builder: Builder): void {
  const answers = answersOf(question).filter(({ fraction }) => fraction > 0);
  const taken = builder.typed(
    frame,
    answers.map(({ text, fraction }): Accepted => (fraction >= 99 ? text : { text, share: Math.round(fraction) })),
  );
  const stars = answers.filter(({ text }) => text.includes("*")).map(({ text }) => text);
  if (taken && stars.length > 0)
    builder.report.changed(frame.place, "wildcard", frame.text, { answer: stars.join(", ") });
}

function readNumerical(question: Element, frame: Frame, builder: Builder): void {
  const answers = answersOf(question);
  const right = answers.filter(({ fraction }) => fraction >= 99);
  const bad = right.find(({ text }) => decimal(text) === undefined);
  if (bad)
    return builder.refuse(frame, bad.text === "*" ? "any_number" : "bad_number", { answer: excerpt(bad.text, 30) });
  const numbers = right.map(({ text, element }) => ({
    value: decimal(text)!,
    tolerance: decimal(inner(first(element, "tolerance"))) ?? "0",
  }));
  const unit = all(first(question, "units"), "unit").find((one) => Number(inner(first(one, "multiplier"))) === 1);
  takeNumbers(builder, frame, numbers, unit && clean(inner(first(unit, "unit_name"))));
  if (numbers.length > 0 && answers.some(({ fraction, text }) => fraction > 0 && fraction < 99 && text !== "*"))
    builder.report.changed(frame.place, "number_partial", frame.text);
}

function readPairs(question: Element, frame: Frame, builder: Builder): void {
  const pairs = all(question, "subquestion").map((sub) => ({
    left: textOf(sub),
    right: clean(plainly(sub)(inner(first(sub, "answer", "text")))),
  }));
  builder.match(
    frame,
    pairs,
    pairs.filter(({ left, right }) => !left && right).map(({ right }) => right),
  );
}

/** The right side of a pair has the format of its left side where that is said to be plain. */
const plainly = ({ attributes }: Element) => (attributes.format === "plain_text" ? (text: string) => text : htmlToText);

function readOrder(question: Element, frame: Frame, builder: Builder): void {
  const answers = all(question, "answer").map(textOf);
  builder.order(frame, answers.length > 0 ? answers : all(question, "subquestion").map(textOf));
}
