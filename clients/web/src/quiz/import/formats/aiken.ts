/** Aiken, by Moodle's rules: a question, options `A.` or `A)`, and the line `ANSWER: A`. What belongs to no whole question is named. */

import { letterIndex } from "../answers";
import { Builder } from "../build";
import type { Clock } from "../limits";
import type { ImportedQuiz, Place } from "../model";
import type { Report } from "../report";

const OPTION = /^\s*([A-Z])[.)]\s*(.*)$/;
/** Not Moodle's; people write them none the less. */
const LOWER = /^\s*([a-j])[.)]\s+(.*)$/;
const EXPLANATION = /^\s*(?:explanation|feedback|rationale|erklärung|begründung)\s*:\s*(.+)$/i;
const ANSWER = /^\s*ANSWER\s*:\s*(.*?)\s*$/i;

export function looksLikeAiken(text: string): boolean {
  return /^\s*ANSWER\s*:\s*[A-Z](?:\s*,\s*[A-Z])*\s*$/m.test(text) && /^\s*A[.)]/m.test(text);
}

interface Draft {
  place: Place;
  stem: string[];
  options: string[];
  /** The options have small letters: where capitals follow, they were part of the question. */
  small: string[] | undefined;
  /** An empty line came after the last option. */
  closed: boolean;
}

export function readAiken(text: string, report: Report, clock: Clock): ImportedQuiz[] {
  const reader = new Aiken(new Builder(report));
  for (const [index, line] of text.split("\n").entries()) {
    clock.check();
    reader.line(line, index + 1);
  }
  return [reader.finished()];
}

class Aiken {
  private draft: Draft | undefined;

  constructor(private readonly builder: Builder) {}

  line(line: string, number: number): void {
    const [, answer] = ANSWER.exec(line) ?? [];
    if (answer !== undefined) return this.answer(answer, number);
    const explanation = this.draft ? undefined : EXPLANATION.exec(line)?.[1];
    const last = this.builder.quiz.questions.at(-1);
    if (explanation && last) {
      last.explanation = explanation;
      return;
    }
    const [, small, own = ""] = LOWER.exec(line) ?? [];
    if (small && this.draft && letterIndex(small) === this.draft.options.length) return this.small(own, line);
    const [, letter, option = ""] = OPTION.exec(line) ?? [];
    if (letter && (this.draft || letter !== "A")) return this.option(letter, option, line, number);
    if (letter) {
      // An option with no question above it.
      this.draft = { place: { unit: "line", number }, stem: [], options: [option], small: undefined, closed: false };
      return;
    }
    if (line.trim() === "") {
      if (this.draft && this.draft.options.length > 0) this.draft.closed = true;
      return;
    }
    this.text(line, number);
  }

  private small(option: string, line: string): void {
    const draft = this.draft!;
    if (draft.options.length > 0 && !draft.small) return this.option("", option, line, 0);
    (draft.small ??= []).push(line.trim());
    draft.options.push(option);
  }

  private option(letter: string, option: string, line: string, number: number): void {
    if (letter === "A" && this.draft?.small) {
      this.draft.stem.push(...this.draft.small);
      Object.assign(this.draft, { small: undefined, options: [], closed: false });
    }
    if (!this.draft) {
      this.draft = { place: { unit: "line", number }, stem: [], options: [option], small: undefined, closed: false };
    } else if (letterIndex(letter) === this.draft.options.length || this.draft.options.length > 0)
      this.draft.options.push(option);
    else this.draft.stem.push(line.trim());
  }

  private text(line: string, number: number): void {
    if (this.draft && this.draft.options.length > 0) {
      if (!this.draft.closed && /^\s{2,}|^\t/.test(line)) {
        this.draft.options[this.draft.options.length - 1] += `\n${line.trim()}`;
        return;
      }
      this.unfinished();
    }
    this.draft ??= { place: { unit: "line", number }, stem: [], options: [], small: undefined, closed: false };
    this.draft.stem.push(line.trimEnd());
  }

  private answer(answer: string, number: number): void {
    const { draft } = this;
    this.draft = undefined;
    if (!draft)
      return this.builder.refuse({ place: { unit: "line", number }, text: answer }, "answer_without_question");
    const frame = { place: draft.place, text: draft.stem.join("\n") };
    if (draft.stem.length === 0)
      return this.builder.refuse({ ...frame, text: draft.options[0] ?? "" }, "answer_without_question");
    const right = answer
      .split(/[\s,]+/)
      .filter(Boolean)
      .map((one) => (one.length === 1 ? letterIndex(one) : undefined));
    if (draft.options.length < 2)
      return this.builder.refuse(frame, draft.options.length === 0 ? "no_options" : "one_option");
    if (right.length === 0 || right.some((one) => one === undefined || !draft.options[one]))
      return this.builder.refuse(frame, "letters", { answer });
    this.builder.choice(frame, draft.options, right as number[]);
  }

  private unfinished(): void {
    if (!this.draft) return;
    const { place, stem, options } = this.draft;
    this.draft = undefined;
    this.builder.refuse(
      { place, text: stem.join(" ") || (options[0] ?? "") },
      stem.length === 0 ? "answer_without_question" : "no_answer_line",
    );
  }

  finished(): ImportedQuiz {
    this.unfinished();
    return this.builder.quiz;
  }
}
