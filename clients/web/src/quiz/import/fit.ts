/** From quizzes as they were read to quizzes that can be played here: what is too long is cut, what has no kind is left out, and both are told. */

import type { Option, Question, Quiz } from "../../wire/protocol";
import {
  EXPLANATION_CHARACTERS,
  KINDS,
  LONGEST_MS,
  MOST_OPTIONS,
  MOST_POINTS,
  OPTION_CHARACTERS,
  QUESTIONS,
  SHORTEST_MS,
  TEXT_CHARACTERS,
  TITLE_CHARACTERS,
} from "../limits";
import { detailsOf } from "./fit-details";
import type { ImportedOption, ImportedQuestion, ImportedQuiz } from "./model";
import { Report, type ReportEntry } from "./report";

export interface Fitted {
  quizzes: Quiz[];
  report: ReportEntry[];
}

const DEFAULT_MS = 20_000;

/** @param title - of a quiz that has none */
export function fit(read: readonly ImportedQuiz[], title: string): Fitted {
  const report = new Report();
  const quizzes = read.flatMap((quiz) => {
    const questions = quiz.questions.flatMap((question) => fitQuestion(question, report) ?? []);
    const parts = Math.ceil(questions.length / QUESTIONS);
    return Array.from({ length: parts }, (_, part): Quiz => {
      const name = cut(quiz.title || title, TITLE_CHARACTERS - 8);
      return {
        title: parts > 1 ? `${name} (${part + 1}/${parts})` : name,
        questions: questions.slice(part * QUESTIONS, (part + 1) * QUESTIONS),
      };
    });
  });
  return { quizzes, report: report.finished() };
}

function fitQuestion(question: ImportedQuestion, report: Report): Question | undefined {
  const { place, text } = question;
  const kind = KINDS.find((one) => one === question.kind);
  if (!kind) {
    report.leftOut(place, "not_playable", text, { kind: question.kind });
    return undefined;
  }
  const shorten = (long: string, most: number): string => {
    if ([...long].length > most) report.changed(place, "shortened", text, { n: most });
    return cut(long, most);
  };
  const details = question.options
    ? optionsOf(question, question.options, report, shorten)
    : detailsOf(question, report, shorten);
  if (!details) return undefined;
  const fitted: Record<string, unknown> = {
    kind,
    text: shorten(text, TEXT_CHARACTERS),
    ...details,
    time_limit_ms: timeOf(question, report),
  };
  if (question.points !== undefined) fitted.points = Math.min(MOST_POINTS, Math.max(0, Math.round(question.points)));
  if (question.explanation) fitted.explanation = shorten(question.explanation, EXPLANATION_CHARACTERS);
  if (question.image) fitted.image = question.image;
  return fitted as unknown as Question;
}

/** The options as there is room for them; null where the question was left out. */
function optionsOf(
  { place, text }: ImportedQuestion,
  options: readonly ImportedOption[],
  report: Report,
  shorten: (long: string, most: number) => string,
): { options: Option[] } | null {
  const right = options.filter(({ correct }) => correct);
  if (right.length > MOST_OPTIONS) {
    report.leftOut(place, "too_many_right", text, { n: MOST_OPTIONS });
    return null;
  }
  const kept = keptOptions(options, MOST_OPTIONS - right.length);
  if (kept.length < options.length) report.changed(place, "fewer_options", text, { n: MOST_OPTIONS });
  return {
    options: kept.map((option) => ({
      text: shorten(option.text, OPTION_CHARACTERS),
      ...(option.correct && { correct: true }),
    })),
  };
}

function keptOptions<T extends { correct?: boolean }>(options: readonly T[], room: number): T[] {
  let wrong = 0;
  return options.filter(({ correct }) => correct || wrong++ < room);
}

function timeOf({ place, text, time_limit_ms = DEFAULT_MS }: ImportedQuestion, report: Report): number {
  const fitting = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, time_limit_ms));
  if (fitting !== time_limit_ms) report.changed(place, "time_changed", text, { seconds: fitting / 1000 });
  return fitting;
}

/** At most so many characters, none of them cut in half. */
function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : text;
}
