/**
 * GIFT, by the rules of Moodle's own importer (question/format/gift/format.php): an empty line ends a question, the first { and the first }
 * that are not escaped enclose the answers, and one bad question never ends the rest.
 */

import { Builder, type Frame } from "../build";
import { decimal, middle } from "../decimal";
import { htmlToText, pictures } from "../html";
import type { Clock } from "../limits";
import type { Accepted, ImportedQuiz, Pair, Place } from "../model";
import type { Report } from "../report";
import { clean } from "../text";
import { looksLikeCloze, readCloze } from "./cloze";

const WEIGHT = /^%(-?\d{1,3}(?:\.\d*)?)%/;
const FORMAT = /^\s*\[(html|moodle|plain|markdown)\]/i;
const CLOZE_GAP = /\{\s*\d*\s*:\s*[A-Z_]+\s*:/;
/** Escaped signs stand in the private use area until their question is taken apart. */
const ESCAPES: Record<string, string> = {
  "\\": "\ue000",
  ":": "\ue001",
  "#": "\ue002",
  "=": "\ue003",
  "{": "\ue004",
  "}": "\ue005",
  "~": "\ue006",
  n: "\ue007",
};
const SIGNS = Object.fromEntries(Object.entries(ESCAPES).map(([sign, mark]) => [mark, sign === "n" ? "\n" : sign]));

const hide = (text: string) => text.replace(/\\([\\:#={}~n])/g, (_, sign: string) => ESCAPES[sign]!);
const show = (text: string) => text.replace(/[\ue000-\ue007]/g, (mark) => SIGNS[mark]!);

/** Whether a text has answers as GIFT writes them. */
export function looksLikeGift(text: string): boolean {
  const bare = hide(text.replace(/^\s*\/\/.*$/gm, ""));
  if (/^\s*\$CATEGORY:/m.test(bare) || looksLikeCloze(bare) || /^\[(?:html|moodle|plain|markdown)\]\s*\S/m.test(bare))
    return true;
  const titled = /^\s*::[^:\n]+::/m.test(bare);
  if (titled && /\{[^{}]*\}/.test(bare)) return true;
  return (
    /\{\s*(?:[=~#]|T(?:RUE)?\s*[#}]|F(?:ALSE)?\s*[#}]|%-?\d)[^{}]*\}?|\S\s*\{\s*\}|\{[^{}\n]*\n\s*[=~][^{}]*\}|\{[^{}"':;]+\}\s*$/.test(
      bare,
    ) ||
    (titled && /[{}]/.test(bare)) ||
    /^[^{}\n]*\{\s*$/.test(bare.trim())
  );
}

export function readGift(text: string, report: Report, clock: Clock): ImportedQuiz[] {
  const builder = new Builder(report);
  let category = "";
  for (const block of blocks(text)) {
    clock.check();
    let body = block.text;
    const [line, name] = /^\$CATEGORY:[ \t]*(.*)\n?/.exec(body) ?? [];
    if (line !== undefined) {
      category ||= lastPart(name ?? "");
      body = body.slice(line.length).trim();
    }
    if (body) readQuestion(body, { unit: "line", number: block.line }, builder);
  }
  builder.quiz.title = clean(category.replace(/^\$\w+\$$/, ""));
  return [builder.quiz];
}

/** What stands between empty lines, without comments. */
function blocks(text: string): { text: string; line: number }[] {
  const found: { text: string; line: number }[] = [];
  let open: string[] = [];
  let start = 1;
  for (const [index, raw] of [...text.split("\n"), ""].entries()) {
    const line = raw.trimEnd();
    if (line.trim() === "") {
      const body = open
        .filter((one) => !one.trimStart().startsWith("//"))
        .join("\n")
        .trim();
      if (body) found.push({ text: body, line: start });
      open = [];
    } else {
      if (open.length === 0) start = index + 1;
      open.push(line);
    }
  }
  return found;
}

function readQuestion(block: string, place: Place, builder: Builder): void {
  let text = hide(block);
  const [titled, name = ""] = /^::([\s\S]*?)::/.exec(text) ?? [];
  if (titled) text = text.slice(titled.length).trim();
  if (CLOZE_GAP.test(text)) return readCloze(block.replace(/^::[\s\S]*?::\s*/, "").replace(FORMAT, ""), place, builder);
  const start = text.indexOf("{");
  const end = text.indexOf("}");
  if (start < 0 && end < 0) return void builder.slide({ place, ...format(text) });
  if (start < 0 || end < start) {
    const asked = start < 0 ? text : text.slice(0, start);
    return builder.refuse(
      { place, text: show(asked.trim() || name || text) },
      start >= 0 && end < 0 ? "braces_blank" : "braces",
    );
  }
  const after = text.slice(end + 1);
  if (/[{}]/.test(after))
    return builder.refuse(
      { place, text: format(text.replace(/\{[^{}]*\}/g, "_____")).text },
      /\{[^}]*\}/.test(after) ? "gaps" : "braces",
    );
  const whole = text.slice(0, start) + (after === "" ? "" : `_____${after}`);
  const [answers = "", general] = lastSplit(text.slice(start + 1, end).trim(), "####");
  const frame: Frame = { place, ...format(whole), explanation: general && format(general, whole).text };
  if (frame.text === "" && name) frame.text = show(name);
  readAnswers(answers.trim(), frame, whole, builder);
}

function readAnswers(answers: string, frame: Frame, whole: string, builder: Builder): void {
  const check = (answers.indexOf("#") > 0 ? answers.slice(0, answers.indexOf("#")) : answers).trim();
  if (answers === "") builder.open(frame);
  else if (answers.startsWith("#")) readNumbers(answers.slice(1), frame, builder);
  else if (answers.includes("~")) readChoice(answers, frame, whole, builder);
  else if (answers.includes("=") && answers.includes("->")) readPairs(answers, frame, whole, builder);
  else if (/^(T|TRUE|F|FALSE)$/.test(check)) builder.trueFalse(frame, check.startsWith("T"));
  else readTyped(answers, frame, whole, builder);
}

interface Answer {
  text: string;
  weight: number;
  comment: string;
}

/** One answer with its weight in percent and its comment. */
function answer(raw: string, usual: number, whole: string): Answer {
  const trimmed = raw.trim();
  const [mark, weight] = WEIGHT.exec(trimmed) ?? [];
  const [text = "", comment = ""] = firstSplit(mark ? trimmed.slice(mark.length) : trimmed, "#");
  return {
    text: format(text, whole).text,
    weight: mark ? Number(weight) : usual,
    comment: format(comment, whole).text,
  };
}

const pieces = (answers: string, sign: string) => {
  const split = answers.split(sign);
  return split[0]?.trim() ? split : split.slice(1);
};

function readChoice(answers: string, frame: Frame, whole: string, builder: Builder): void {
  const several = !answers.includes("=");
  const found = pieces(answers.replace(/~?\s*=/g, "~="), "~").map((piece) => {
    const right = piece.trim().startsWith("=");
    return answer(right ? piece.trim().slice(1) : piece, right ? 100 : 0, whole);
  });
  const texts = found.map(({ text }) => text);
  const isRight = ({ weight }: Answer) => (several ? weight > 0 : weight >= 100);
  const right = found.flatMap((one, index) => (isRight(one) ? [index] : []));
  const taken = builder.choice(
    { ...frame, explanation: frame.explanation || comment(found, isRight) },
    texts,
    right,
    several,
  );
  if (taken && !several && found.some(({ weight }) => weight > 0 && weight < 100))
    builder.report.changed(frame.place, "partial", frame.text);
}

/** The comment on the right answer stands for an explanation where that is all there is. */
const comment = (answers: readonly Answer[], isRight: (one: Answer) => boolean) =>
  answers.find((one) => isRight(one) && one.comment)?.comment;

function readPairs(answers: string, frame: Frame, whole: string, builder: Builder): void {
  const pairs: Pair[] = [];
  for (const piece of pieces(answers, "=")) {
    const at = piece.indexOf("->");
    if (at < 0) return builder.refuse(frame, "bad_pair");
    pairs.push({ left: format(piece.slice(0, at), whole).text, right: format(piece.slice(at + 2), whole).text });
  }
  builder.match(
    frame,
    pairs,
    pairs.filter(({ left, right }) => !left && right).map(({ right }) => right),
  );
}

function readTyped(answers: string, frame: Frame, whole: string, builder: Builder): void {
  const found = pieces(answers, "=").map((piece) => answer(piece, 100, whole));
  const accepted = found
    .filter(({ weight }) => weight > 0)
    .map(({ text, weight }): Accepted => (weight >= 100 ? text : { text, share: Math.round(weight) }));
  const taken = builder.typed(
    { ...frame, explanation: frame.explanation || comment(found, ({ weight }) => weight >= 100) },
    accepted,
  );
  const stars = found.filter(({ text, weight }) => weight > 0 && text.includes("*")).map(({ text }) => text);
  if (taken && stars.length > 0)
    builder.report.changed(frame.place, "wildcard", frame.text, { answer: stars.join(", ") });
}

function readNumbers(answers: string, frame: Frame, builder: Builder): void {
  const cut = answers.indexOf("~");
  const found = pieces((cut < 0 ? answers : answers.slice(0, cut)).trim(), "=").map((piece) => answer(piece, 100, ""));
  const right = found.filter(({ weight }) => weight >= 100);
  if (right.length === 0) return builder.refuse(frame, "no_right_answer");
  const numbers = right.map(({ text }) => range(text));
  const bad = numbers.indexOf(undefined);
  if (bad >= 0)
    return builder.refuse(frame, right[bad]!.text === "*" ? "any_number" : "bad_number", { answer: right[bad]!.text });
  takeNumbers(builder, frame, numbers as { value: string; tolerance: string }[]);
  if (found.some(({ weight }) => weight > 0 && weight < 100))
    builder.report.changed(frame.place, "number_partial", frame.text);
}

/** Several exact numbers are a typed question; of several ranges only the first can be kept. */
export function takeNumbers(
  builder: Builder,
  frame: Frame,
  numbers: readonly { value: string; tolerance: string }[],
  unit?: string,
): void {
  const [one] = numbers;
  if (!one) return builder.refuse(frame, "no_right_answer");
  if (new Set(numbers.map(({ value, tolerance }) => `${value}:${tolerance}`)).size === 1)
    return void builder.number(frame, one.value, one.tolerance, unit);
  if (numbers.every(({ tolerance }) => tolerance === "0"))
    return void builder.typed(
      frame,
      numbers.map(({ value }) => value),
    );
  if (builder.number(frame, one.value, one.tolerance, unit))
    builder.report.changed(frame.place, "several_numbers", frame.text, { value: one.value });
}

function range(text: string): { value: string; tolerance: string } | undefined {
  const dots = text.indexOf("..");
  if (dots > 0) return middle(text.slice(0, dots), text.slice(dots + 2));
  const [value, tolerance = "0"] = text.split(":", 2).map(decimal);
  return value !== undefined && (text.includes(":") ? decimal(text.split(":")[1]) !== undefined : true)
    ? { value, tolerance: tolerance.replace("-", "") }
    : undefined;
}

/** A text in the format that it names, or that its question has. */
function format(raw: string, question = ""): { text: string; image?: string } {
  const name = (FORMAT.exec(raw) ?? FORMAT.exec(question))?.[1]?.toLowerCase() ?? "moodle";
  const text = show(raw.replace(FORMAT, ""));
  if (name === "plain" || name === "markdown") return { text: clean(text) };
  const image = pictures(text).find((address) => address.startsWith("data:image/"));
  const plain = clean(htmlToText(name === "moodle" ? text.replaceAll("\n", "<br>") : text));
  // An answer such as <br> is the tag itself.
  return { text: plain || (image ? "" : clean(text)), ...(image && { image }) };
}

function firstSplit(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}

function lastSplit(text: string, mark: string): [string, string?] {
  const at = text.lastIndexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** The last of the names of a category; a slash in a name is written twice. */
export const lastPart = (path: string): string => path.replaceAll("//", "\0").split("/").at(-1)!.replaceAll("\0", "/");
