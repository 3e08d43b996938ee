/** From what a format found to a question, or to the reason why there is none: the rules that are the same for all formats. */

import { TEXT_CHARACTERS } from "./limits";
import type { Accepted, ImportedKind, ImportedQuestion, ImportedQuiz, Pair, Place } from "./model";
import type { Reason } from "./reasons";
import type { Params, Report } from "./report";
import { clean } from "./text";

/** What every question may have. */
export interface Frame {
  place: Place;
  text: string;
  explanation?: string | undefined;
  time_limit_ms?: number | undefined;
  points?: number | undefined;
  image?: string | undefined;
}

/** Gathers the questions of one quiz; every method returns the question that it took, or undefined after saying why in the report. */
export class Builder {
  readonly quiz: ImportedQuiz;

  constructor(
    readonly report: Report,
    title = "",
  ) {
    this.quiz = { title: clean(title).slice(0, 300), questions: [] };
  }

  /**
   * A question with options.
   *
   * @param correct - indexes of the right ones
   * @param several - whether more than one may be chosen; undefined: told by the number of right ones
   */
  choice(
    frame: Frame,
    texts: readonly string[],
    correct: readonly number[],
    several?: boolean,
  ): ImportedQuestion | undefined {
    const options = texts
      .map((text, index) => ({ text: cut(text), ...(correct.includes(index) && { correct: true }) }))
      .filter(({ text }) => text !== "");
    if (options.length === 0) return this.refuse(frame, "no_options");
    if (options.length < 2) return this.refuse(frame, "one_option");
    const right = options.filter((option) => option.correct).length;
    if (right === 0) return this.refuse(frame, "no_right_answer");
    const kind =
      right === 1 && several !== true && isTruth(options.map(({ text }) => text))
        ? "true_false"
        : right > 1 || several === true
          ? "multiple"
          : "single";
    const taken = this.take(frame, kind, { options });
    if (taken && right > 1 && several === false) this.report.changed(frame.place, "any_right", frame.text);
    return taken;
  }

  /** A question with options none of which is right or wrong. */
  poll(frame: Frame, texts: readonly string[]): ImportedQuestion | undefined {
    const options = texts.map((text) => ({ text: cut(text) })).filter(({ text }) => text !== "");
    return options.length < 2
      ? this.refuse(frame, options.length === 0 ? "no_options" : "one_option")
      : this.take(frame, "poll", { options });
  }

  trueFalse(frame: Frame, right: boolean): ImportedQuestion | undefined {
    return this.take(frame, "true_false", {
      options: [
        { text: "True", ...(right && { correct: true }) },
        { text: "False", ...(!right && { correct: true }) },
      ],
    });
  }

  /** A question that is answered by typing. */
  typed(frame: Frame, answers: readonly Accepted[]): ImportedQuestion | undefined {
    const accepted: Accepted[] = [];
    const seen = new Set<string>();
    for (const answer of answers) {
      const text = cut(typeof answer === "string" ? answer : answer.text);
      if (text === "" || seen.has(text)) continue;
      seen.add(text);
      accepted.push(typeof answer === "string" || answer.share >= 100 ? text : { text, share: answer.share });
    }
    return accepted.some((answer) => typeof answer === "string")
      ? this.take(frame, "text", { accepted })
      : this.refuse(frame, "no_right_answer");
  }

  /** @param value - decimal, with a point */
  number(frame: Frame, value: string, tolerance = "0", unit?: string): ImportedQuestion | undefined {
    return this.take(frame, "number", { value, tolerance, ...(unit && { unit }) });
  }

  match(frame: Frame, pairs: readonly Pair[], extra: readonly string[] = []): ImportedQuestion | undefined {
    const seen = new Set<string>();
    const kept = pairs
      .map(({ left, right }) => ({ left: cut(left), right: cut(right) }))
      .filter(({ left, right }) => left && right && seen.size < seen.add(JSON.stringify([left, right])).size);
    if (kept.length < 2) return this.refuse(frame, "too_few_pairs");
    const more = extra.map(cut).filter(Boolean);
    return this.take(frame, "match", { pairs: kept, ...(more.length > 0 && { extra: more }) });
  }

  /** @param items - in the right order */
  order(frame: Frame, items: readonly string[]): ImportedQuestion | undefined {
    const kept = items.map(cut).filter(Boolean);
    return kept.length < 2 ? this.refuse(frame, "nothing_to_order") : this.take(frame, "order", { items: kept });
  }

  /** An answer in the player's own words, which nothing judges. */
  open(frame: Frame): ImportedQuestion | undefined {
    return this.take(frame, "open", {});
  }

  /** A text that asks nothing. */
  slide(frame: Frame): ImportedQuestion | undefined {
    return this.take(frame, "slide", {});
  }

  /** Says why a question is left out. */
  refuse({ place, text }: Pick<Frame, "place" | "text">, code: Reason, params: Params = {}): undefined {
    this.report.leftOut(place, code, text, params);
    return undefined;
  }

  private take(frame: Frame, kind: ImportedKind, own: Partial<ImportedQuestion>): ImportedQuestion | undefined {
    const text = cut(frame.text);
    if (text === "") return this.refuse({ ...frame, text: told(own) }, "no_text");
    const { place, time_limit_ms, points, image } = frame;
    const explanation = cut(frame.explanation ?? "");
    const question: ImportedQuestion = { kind, text, ...own, place };
    if (time_limit_ms) question.time_limit_ms = time_limit_ms;
    if (points !== undefined) question.points = points;
    if (image) question.image = image;
    if (explanation) question.explanation = explanation;
    this.quiz.questions.push(question);
    return question;
  }
}

const cut = (text: string): string =>
  clean(text.length > TEXT_CHARACTERS ? `${text.slice(0, TEXT_CHARACTERS)}…` : text);

/** What a question without a text is known by. */
function told({ options, accepted, pairs, items }: Partial<ImportedQuestion>): string {
  const first = options?.[0]?.text ?? accepted?.[0] ?? pairs?.[0]?.left ?? items?.[0] ?? "";
  return typeof first === "string" ? first : first.text;
}

const TRUE = new Set([
  "true",
  "t",
  "wahr",
  "richtig",
  "vrai",
  "verdadero",
  "vero",
  "verdadeiro",
  "yes",
  "ja",
  "sí",
  "si",
  "oui",
  "sim",
  "correct",
  "prawda",
  "tak",
  "верно",
  "да",
  "правда",
  "doğru",
  "evet",
  "صحيح",
  "صح",
  "نعم",
  "waar",
  "benar",
  "对",
  "正确",
  "igaz",
  "igen",
]);
const FALSE = new Set([
  "false",
  "f",
  "falsch",
  "faux",
  "falso",
  "no",
  "nein",
  "non",
  "não",
  "nao",
  "incorrect",
  "wrong",
  "fałsz",
  "nie",
  "неверно",
  "нет",
  "ложь",
  "yanlış",
  "hayır",
  "خطأ",
  "خاطئ",
  "لا",
  "nee",
  "onwaar",
  "salah",
  "错",
  "错误",
  "hamis",
  "nem",
]);

/** Whether a word says true or false in one of the languages that people write quizzes in. */
export function truth(word: string): boolean | undefined {
  const lower = word.trim().toLowerCase().replace(/[.!]$/, "");
  return TRUE.has(lower) ? true : FALSE.has(lower) ? false : undefined;
}

function isTruth(texts: readonly string[]): boolean {
  return texts.length === 2 && texts.map(truth).sort().join() === "false,true";
}
