/** JSON: QuickPoll's own quizzes, Razzia (Rahoot), Open Trivia, Kahoot's, and what else has questions with answers in it. */

import { type Meaning, rightOptions } from "../answers";
import { Builder, type Frame, truth } from "../build";
import { decimal } from "../decimal";
import { decodeEntities, htmlToText } from "../html";
import { type Clock, JSON_DEPTH, Refusal } from "../limits";
import type { Accepted, ImportedQuiz } from "../model";
import type { Report } from "../report";
import { clean } from "../text";
import { libraryOf, readH5p } from "./h5p";
import { readOwn } from "./own";
import { field, isRecord, list, type Rec, record, text as string } from "./records";

const QUESTION = [
  "question",
  "questiontext",
  "prompt",
  "stem",
  "frage",
  "pregunta",
  "q",
  "title",
  "text",
  "query",
  "name",
];
const OPTIONS = [
  "options",
  "answers",
  "choices",
  "answeroptions",
  "possibleanswers",
  "antworten",
  "opciones",
  "alternatives",
  "responses",
  "answerchoices",
  "variants",
];
const CORRECT = [
  "correct",
  "solution",
  "solutions",
  "correctanswer",
  "correctanswers",
  "correctindex",
  "correctoption",
  "correctoptions",
  "correctanswerindex",
  "correctindexes",
  "correctindices",
  "answerindex",
  "answer",
  "rightanswer",
  "right",
  "key",
  "lösung",
  "respuesta",
  "correctchoice",
  "answerkey",
];
const WRONG = ["incorrectanswers", "wronganswers", "distractors", "incorrect", "wrong"];
const LISTS = ["questions", "results", "items", "quiz", "fragen", "preguntas", "data", "cards", "entries", "quizzes"];

/** @throws Refusal where the text is no JSON */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const rows = text.trim().split("\n");
    try {
      if (rows.length < 2 || !rows.every((row) => row.trim() === "" || row.trim().startsWith("{"))) throw error;
      value = rows.filter((row) => row.trim()).map((row) => JSON.parse(row) as unknown);
    } catch {
      throw new Refusal("broken_json", { reason: (error as Error).message.slice(0, 120) });
    }
  }
  if (tooDeep(value, JSON_DEPTH)) throw new Refusal("too_deep");
  return value;
}

function tooDeep(value: unknown, left: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return left === 0 || Object.values(value).some((one) => tooDeep(one, left - 1));
}

export function readJson(value: unknown, report: Report, clock: Clock): { quizzes: ImportedQuiz[]; format: string } {
  const own = readOwn(value, report);
  if (own) return { quizzes: own, format: "QuickPoll" };
  const library = isRecord(value) ? libraryOf(value) : undefined;
  if (library && isRecord(value)) return { quizzes: readH5p(library, value, "", report, clock), format: "H5P" };
  return { quizzes: new Json(report, clock).quizzes(value, "", 0), format: "JSON" };
}

class Json {
  private number = 0;

  constructor(
    private readonly report: Report,
    private readonly clock: Clock,
  ) {}

  /** Every list of questions in it, under the nearest title. */
  quizzes(value: unknown, title: string, depth: number): ImportedQuiz[] {
    if (depth > 6) return [];
    if (Array.isArray(value)) {
      const records = value.filter(isRecord);
      if (records.some(isQuestion)) return [this.quiz(records, title)];
      return records.flatMap((one) => this.quizzes(one, title, depth + 1));
    }
    if (!isRecord(value)) return [];
    const own =
      string(field(value, ["subject", "title", "name", "quizname", "quiztitle", "topic", "category"])) || title;
    const nearest = LISTS.map((key) => field(value, [key])).filter((one) => typeof one === "object" && one !== null);
    const found = nearest.flatMap((one) => this.quizzes(one, own, depth + 1));
    if (found.length > 0) return found;
    if (isQuestion(value)) return [this.quiz([value], own)];
    const records = Object.values(value).filter(isRecord);
    if (records.length > 1 && records.every(isQuestion)) return [this.quiz(records, own)];
    return Object.entries(value).flatMap(([key, one]) =>
      typeof one === "object" ? this.quizzes(one, own || key, depth + 1) : [],
    );
  }

  private quiz(records: Rec[], title: string): ImportedQuiz {
    const builder = new Builder(this.report, title);
    const from = firstNumber(records);
    for (const one of records) {
      this.clock.check();
      this.question(one, from, builder);
    }
    return builder.quiz;
  }

  private question(source: Rec, from: 0 | 1, builder: Builder): void {
    const asked = field(source, QUESTION);
    const encoded = typeof source.correct_answer === "string" && Array.isArray(source.incorrect_answers);
    const base64 = encoded && fromBase64(string(asked)) !== undefined;
    const sent = (text: string) => (base64 ? (fromBase64(text) ?? text) : encoded ? unquoted(text) : text);
    // Kahoot's own files have their texts in HTML.
    const kahoot = Array.isArray(source.choices) && "time" in source && "type" in source;
    const plain = (value: unknown) => clean((kahoot ? htmlToText : decodeEntities)(sent(string(value))));
    const seconds = Number(field(source, ["time", "timelimit", "timer", "seconds", "questiontime"]) ?? 0);
    const frame: Frame = {
      place: { unit: "question", number: ++this.number },
      text: plain(isRecord(asked) ? field(asked, ["text", "question", "title", "query"]) : asked),
      explanation: plain(field(source, ["explanation", "feedback", "rationale", "erklärung", "explicacion"])),
      time_limit_ms:
        seconds > 0 && seconds < 86_400_000 ? Math.round(seconds >= 1000 ? seconds : seconds * 1000) : undefined,
    };
    const image = string(field(source, ["image", "imageurl", "picture", "img"]));
    if (/^data:image\/(png|jpeg|gif|webp);base64,/.test(image)) frame.image = image;
    const before = builder.quiz.questions.length;
    this.answers(source, frame, from, plain, builder);
    if (builder.quiz.questions.length === before) return;
    if (image && !frame.image) this.report.changed(frame.place, "picture_left", frame.text);
    else if (source.video || source.audio) this.report.changed(frame.place, "media_left", frame.text);
  }

  private answers(source: Rec, frame: Frame, from: 0 | 1, plain: (value: unknown) => string, builder: Builder): void {
    const said = field(source, CORRECT);
    const kind = string(field(source, ["type", "kind", "questiontype"])).toLowerCase();
    const wrong = list(field(source, WRONG)).map(plain);
    const right = (Array.isArray(said) ? said : said === undefined ? [] : [said]).filter((one) => one !== null);
    if (wrong.length > 0)
      return void builder.choice(
        frame,
        [...right.map(plain), ...wrong],
        right.map((_, index) => index),
      );
    const { texts, marked, keys } = optionsOf(field(source, OPTIONS), source, plain);
    if (/^(survey|poll|opinion)$/.test(kind)) return void builder.poll(frame, texts);
    if (/^(jumble|order|ordering|puzzle)$/.test(kind)) return void builder.order(frame, texts);
    if (/^(content|slide)$/.test(kind)) return void builder.slide(frame);
    if (/^(word_?cloud|brainstorm(ing)?|feedback)$/.test(kind) && right.length === 0) return void builder.open(frame);
    const range = record(source.choiceRange);
    if (kind === "slider" && decimal(string(range.correct)) !== undefined)
      return void builder.number(frame, decimal(string(range.correct))!, decimal(string(range.tolerance)) ?? "0");
    if (/^(open_ended|type_answer|text|short_answer|fill)/.test(kind))
      return void builder.typed(frame, texts.length > 0 ? texts : right.map(plain));
    if (/^(slider|number|numeric)/.test(kind) && decimal(string(right[0])) !== undefined)
      return void builder.number(frame, decimal(string(right[0]))!, decimal(string(source.tolerance)) ?? "0");
    if (marked.length > 0) return void builder.choice(frame, texts, marked);
    if (texts.length === 0) {
      const one: unknown = right[0];
      if (typeof one === "boolean" || (/^(boolean|true_?false|tf)$/.test(kind) && truth(plain(one)) !== undefined))
        return void builder.trueFalse(frame, one === true || truth(plain(one)) === true);
      return right.length > 0
        ? void builder.typed(
            frame,
            right.map((answer): Accepted => plain(answer)),
          )
        : builder.refuse(frame, "no_options");
    }
    const indexes = right.map((one) => place(one, texts, keys, from, plain));
    // Only the right answer is listed: there is nothing to choose from.
    if (texts.filter(Boolean).length === 1 && indexes[0]?.[0] === 0) return void builder.typed(frame, texts);
    if (right.length === 0)
      return builder.refuse(frame, texts.filter(Boolean).length < 2 ? "one_option" : "no_right_answer");
    if (indexes.includes(undefined))
      return builder.refuse(frame, "right_answer_unclear", {
        answer: plain(right[indexes.indexOf(undefined)]).slice(0, 60),
      });
    builder.choice(frame, texts, indexes.flat() as number[]);
  }
}

const isQuestion = (one: Rec): boolean => {
  const asked = field(one, QUESTION);
  const text = isRecord(asked) ? field(asked, ["text", "question", "title", "query"]) : asked;
  const lists = [field(one, OPTIONS), field(one, WRONG)].some(
    (value) =>
      (Array.isArray(value) && !value.some((inner) => isRecord(inner) && isQuestion(inner))) ||
      (isRecord(value) && Object.values(value).every((inner) => typeof inner !== "object")),
  );
  return (
    typeof text === "string" && (lists || ("question" in one && field(one, CORRECT) !== undefined) || hasLettered(one))
  );
};

const hasLettered = (one: Rec) =>
  ["a", "b"].every((letter) => field(one, [letter, `option${letter}`, `answer${letter}`]) !== undefined) ||
  ["1", "2"].every((digit) => field(one, [`option${digit}`, `answer${digit}`]) !== undefined);

interface Options {
  texts: string[];
  /** Options that say themselves that they are right. */
  marked: number[];
  keys: string[];
}

function optionsOf(value: unknown, source: Rec, plain: (value: unknown) => string): Options {
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.map((one, index) => [String(index), one])
    : isRecord(value)
      ? Object.entries(value)
      : [];
  if (entries.length === 0)
    for (const name of [..."abcdefgh12345678"]) {
      const one = field(source, [`option${name}`, `answer${name}`, `choice${name}`, name]);
      if (one !== undefined) entries.push([name, one]);
    }
  const texts: string[] = [];
  const marked: number[] = [];
  for (const [index, [, one]] of entries.entries()) {
    if (isRecord(one)) {
      texts.push(plain(field(one, ["text", "answer", "option", "value", "label", "content", "title", "choice"])));
      if (
        [true, "true", 1].includes(
          field(one, ["correct", "iscorrect", "right", "isright", "istrue", "isanswer", "solution"]) as true,
        )
      )
        marked.push(index);
    } else texts.push(plain(one));
  }
  return {
    texts,
    marked,
    keys: entries.map(([key, one]) => (isRecord(one) ? string(field(one, ["id", "key", "letter", "label"])) : key)),
  };
}

/** The options that one right answer means: a number is a place, a text an option, its key or its letter. */
function place(
  said: unknown,
  texts: readonly string[],
  keys: readonly string[],
  from: 0 | 1,
  plain: (value: unknown) => string,
): number[] | undefined {
  if (isRecord(said)) return place(field(said, ["text", "answer", "id", "key"]), texts, keys, from, plain);
  if (typeof said === "boolean") return rightOptions(String(said), texts);
  if (typeof said === "number") {
    const index = said - from;
    return texts[index]
      ? [index]
      : keys.includes(String(said))
        ? [keys.indexOf(String(said))]
        : rightOptions(String(said), texts, { meaning: "text", from });
  }
  const meaning: Meaning = "text";
  const key = keys.findIndex(
    (one) => one !== "" && !/^\d+$/.test(one) && one.toLowerCase() === string(said).trim().toLowerCase(),
  );
  const exact = texts.findIndex((one) => one === plain(said));
  if (exact >= 0) return [exact];
  return key >= 0 ? [key] : rightOptions(plain(said), texts, { meaning, from });
}

/** Places count from 0 unless one of them would then be behind the last option. */
function firstNumber(records: readonly Rec[]): 0 | 1 {
  const places = records.flatMap((one) => {
    const said = field(one, CORRECT);
    const count = list(field(one, OPTIONS)).length;
    return [said]
      .flat()
      .filter((value): value is number => typeof value === "number" && count > 1)
      .map((value) => ({ value, count }));
  });
  return places.length > 0 &&
    places.every(({ value, count }) => value >= 1 && value <= count) &&
    places.some(({ value, count }) => value === count)
    ? 1
    : 0;
}

/** The text that is written in base 64, or undefined where it is none. */
function fromBase64(text: string): string | undefined {
  if (text.length < 4 || text.length % 4 > 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const found = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return /\p{Cc}/u.test(found) ? undefined : found;
  } catch {
    return undefined;
  }
}

/** Open Trivia can send its texts as they stand in an address, or in base 64. */
function unquoted(text: string): string {
  if (/%[0-9A-Fa-f]{2}/.test(text) && !/\s/.test(text)) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }
  return text;
}
