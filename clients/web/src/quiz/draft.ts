/**
 * Drafts: made new, from a quiz, and back into one.
 *
 * Nothing that was typed is lost by a change of kind: options that a kind has no use for, and marks that it does not
 * show, stay in the draft and come back with the next change. `toQuiz` leaves them out.
 */

import { editOf } from "../kinds/edit";
import type { Option, PublicQuestion, Question, QuestionKind, Quiz } from "../wire/protocol";
import { randomId } from "../wire/socket";
import { DEFAULT_POINTS, DEFAULT_TIME_LIMIT_MS, KINDS } from "./limits";
import { copiedDetails, draftDetails, writtenDetails } from "./details";
import type { Draft, DraftOption, DraftQuestion } from "./types";

export type { Draft, DraftOption, DraftQuestion } from "./types";

/** The texts of the two options that a true-or-false question begins with. */
export type Verdicts = readonly [string, string];

export const newKey = randomId;

export function newOption(text = "", correct = false): DraftOption {
  return { key: newKey(), text, correct };
}

export function newQuestion(kind: QuestionKind, verdicts: Verdicts): DraftQuestion {
  const { fresh_options } = editOf(kind);
  const options =
    fresh_options === null
      ? verdicts.map((text) => newOption(text))
      : Array.from({ length: fresh_options }, () => newOption());
  return {
    key: newKey(),
    kind,
    text: "",
    options,
    time_limit_ms: DEFAULT_TIME_LIMIT_MS,
    points: DEFAULT_POINTS,
    explanation: "",
    image: null,
  };
}

/** A quiz to begin with. */
export function emptyDraft(): Draft {
  return { title: "", questions: [newQuestion("single", ["", ""])] };
}

/** Nothing has been written in it. */
export function isBlank({ title, questions }: Draft): boolean {
  return (
    !title.trim() &&
    questions.every(
      ({ text, image, explanation, options, details = {} }) =>
        !text && !image && !explanation && options.every((option) => !option.text) && Object.keys(details).length === 0,
    )
  );
}

/** The title as it is listed. */
export const titleOf = (draft: Draft): string => draft.title.trim();

/** Whether the texts of the options are given, and so is their number. */
export const hasGivenOptions = (kind: QuestionKind): boolean => editOf(kind).fresh_options === null;

/** The options that the question has as its kind. */
export function shownOptions({ kind, options }: DraftQuestion): DraftOption[] {
  if (!editOf(kind).optioned) return [];
  return hasGivenOptions(kind) ? options.slice(0, 2) : options;
}

/** The question as another kind: texts stay, and as many marks as the kind allows. */
export function changeKind(question: DraftQuestion, kind: QuestionKind, verdicts: Verdicts): DraftQuestion {
  const changed = { ...question, kind };
  const fresh = editOf(kind).fresh_options ?? 0;
  if (question.options.length === 0) changed.options = Array.from({ length: fresh }, () => newOption());
  if (hasGivenOptions(kind) && shownOptions(changed).every((option) => !option.text.trim())) {
    const rest = question.options.slice(2);
    changed.options = [
      ...verdicts.map((text, index) => ({ ...(question.options[index] ?? newOption()), text })),
      ...rest,
    ];
  }
  if (editOf(kind).marks === "one") {
    const only = shownOptions(changed).find((option) => option.correct)?.key;
    changed.options = changed.options.map((option) => ({ ...option, correct: option.key === only }));
  }
  return changed;
}

/** Marks an option as correct or not; where only one can be, the others lose their mark. */
export function mark(question: DraftQuestion, option: string, correct: boolean): DraftQuestion {
  const several = editOf(question.kind).marks === "some";
  const options = question.options.map((one) => {
    if (one.key === option) return { ...one, correct };
    return several ? one : { ...one, correct: false };
  });
  return { ...question, options };
}

/** A copy with keys of its own. */
export function copyOf(question: DraftQuestion): DraftQuestion {
  const options = question.options.map((option) => ({ ...option, key: newKey() }));
  return { ...question, key: newKey(), options, details: copiedDetails(question.details) };
}

/** A quiz to go on with; whatever a file has left out or mistaken becomes something that can be put right. */
export function fromQuiz(quiz: Quiz): Draft {
  return { title: text(quiz.title), questions: quiz.questions.map(fromQuestion) };
}

function fromQuestion(question: Partial<Question>): DraftQuestion {
  const options = "options" in question && Array.isArray(question.options) ? question.options : [];
  const kind = KINDS.find((kind) => kind === question.kind) ?? "single";
  return {
    key: newKey(),
    kind,
    text: text(question.text),
    options: options.map((option) => newOption(text(option?.text), option?.correct === true)),
    time_limit_ms: question.time_limit_ms ?? DEFAULT_TIME_LIMIT_MS,
    points: question.points ?? DEFAULT_POINTS,
    explanation: text(question.explanation),
    image: question.image ?? null,
    image_alt: text(question.image_alt),
    notes: text(question.notes),
    untimed: question.time_limit_ms === null,
    details: draftDetails(kind, question),
  };
}

/** What somebody wrote there, even if it is a number. */
function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** The quiz as it is played and downloaded; texts without spaces around them. */
export function toQuiz(draft: Draft): Quiz {
  return { title: draft.title.trim(), questions: draft.questions.map(toQuestion) };
}

export function toQuestion(question: DraftQuestion): Question {
  const { judged, asked, optioned } = editOf(question.kind);
  const options = shownOptions(question).map(({ text, correct }) =>
    correct && judged ? { text: text.trim(), correct } : { text: text.trim() },
  );
  const written: Partial<Question> & { options?: Option[] } = { kind: question.kind, text: question.text.trim() };
  if (optioned) written.options = options;
  Object.assign(written, writtenDetails(question));
  if (asked) written.time_limit_ms = question.untimed ? null : (question.time_limit_ms ?? DEFAULT_TIME_LIMIT_MS);
  if (judged) written.points = question.points ?? DEFAULT_POINTS;
  if (question.explanation.trim()) written.explanation = question.explanation.trim();
  if (question.image) written.image = question.image;
  if (question.image && question.image_alt?.trim()) written.image_alt = question.image_alt.trim();
  if (question.notes?.trim()) written.notes = question.notes.trim();
  return written as Question;
}

/** The question as the players will get it. */
export function toPublic(question: DraftQuestion, index: number, total: number): PublicQuestion {
  const written = toQuestion(question);
  const { kind, text, image = null, points = 0, time_limit_ms = DEFAULT_TIME_LIMIT_MS } = written;
  return {
    ...publicDetails(written),
    index,
    total,
    kind,
    text,
    image,
    points,
    time_limit_ms,
    options: "options" in written ? written.options.map((option) => ({ text: option.text })) : [],
  };
}

/** What players get of the fields that only some kinds have. */
function publicDetails(question: Question): Partial<PublicQuestion> {
  if ("items" in question) return { items: [...question.items].sort() };
  if ("pairs" in question) {
    const right = [...question.pairs.map((pair) => pair.right), ...(question.extra ?? [])];
    return { left: question.pairs.map(({ left }) => left), right: right.sort() };
  }
  const shown: Partial<PublicQuestion> = {};
  const names = ["unit", "min", "max", "step", "max_words", "min_label", "max_label", "steps", "body"] as const;
  for (const name of [...names, "max_choices", "top"] as const)
    if (name in question) Object.assign(shown, { [name]: question[name as keyof Question] });
  return shown;
}

/** How much of `QUIZ_BYTES` it takes. */
export function bytesOf(draft: Draft): number {
  return new Blob([JSON.stringify(toQuiz(draft))]).size;
}
