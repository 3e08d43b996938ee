/** Every change that the editor makes, as a pure function from draft to draft. */

import type { QuestionKind } from "../wire/protocol";
import type { DraftDetails } from "./types";
import { type Draft, type DraftQuestion, type Verdicts, changeKind, copyOf, mark, newOption } from "./draft";
import { FEWEST_OPTIONS, MOST_OPTIONS } from "./limits";
import { inserted, moved, replaced, without } from "./lists";

export type Field =
  "new_since" | "text" | "explanation" | "time_limit_ms" | "untimed" | "points" | "image" | "image_alt" | "notes";

export type Edit =
  | { edit: "title"; title: string }
  | { edit: "tags"; tags: string[] }
  | { edit: "insert"; question: DraftQuestion; at: number }
  | { edit: "remove"; question: string }
  | { edit: "duplicate"; question: string }
  | { edit: "move"; question: string; to: number }
  | { edit: "kind"; question: string; kind: QuestionKind; verdicts: Verdicts }
  | { edit: "field"; question: string; change: Partial<Pick<DraftQuestion, Field>> }
  | { edit: "details"; question: string; change: DraftDetails }
  | { edit: "option"; question: string; option: string; text: string }
  | { edit: "mark"; question: string; option: string; correct: boolean }
  | { edit: "add-option"; question: string }
  | { edit: "remove-option"; question: string; option: string };

/** The draft after the edit; what did not change is the same object as before. */
export function edited(draft: Draft, edit: Edit): Draft {
  const { questions } = draft;
  if (edit.edit === "title") return { ...draft, title: edit.title };
  if (edit.edit === "tags") return { ...draft, tags: edit.tags };
  if (edit.edit === "insert") return { ...draft, questions: inserted(questions, edit.at, edit.question) };
  const at = questions.findIndex((question) => question.key === edit.question);
  const question = questions[at];
  if (!question) return draft;
  switch (edit.edit) {
    case "remove":
      return { ...draft, questions: without(questions, at) };
    case "duplicate":
      return { ...draft, questions: inserted(questions, at + 1, copyOf(question)) };
    case "move":
      return { ...draft, questions: moved(questions, at, edit.to) };
    default:
      return { ...draft, questions: replaced(questions, at, editedQuestion(question, edit)) };
  }
}

type QuestionEdit = Extract<
  Edit,
  { edit: "kind" | "field" | "details" | "option" | "mark" | "add-option" | "remove-option" }
>;

function editedQuestion(question: DraftQuestion, edit: QuestionEdit): DraftQuestion {
  const { options } = question;
  switch (edit.edit) {
    case "kind":
      return changeKind(question, edit.kind, edit.verdicts);
    case "field":
      return { ...question, ...edit.change };
    case "details":
      return { ...question, details: { ...question.details, ...edit.change } };
    case "option":
      return {
        ...question,
        options: options.map((option) => (option.key === edit.option ? { ...option, text: edit.text } : option)),
      };
    case "mark":
      return mark(question, edit.option, edit.correct);
    case "add-option":
      return options.length < MOST_OPTIONS ? { ...question, options: [...options, newOption()] } : question;
    case "remove-option":
      return options.length > FEWEST_OPTIONS
        ? { ...question, options: options.filter((option) => option.key !== edit.option) }
        : question;
  }
}

/** Where an edit writes, for what is typed letter by letter; null: it is done at once. */
export function placeOf(edit: Edit): string | null {
  switch (edit.edit) {
    case "title":
    case "tags":
      return edit.edit;
    case "field":
    case "details":
      return [edit.question, ...Object.keys(edit.change)].join(" ");
    case "option":
      return edit.option;
    default:
      return null;
  }
}

/** Whether it changes something that no result tells of: a picture, or the left side of a pair. */
export function isUntold(edit: Edit): boolean {
  if (edit.edit === "field") return "image" in edit.change;
  if (edit.edit !== "details") return false;
  return Object.values(edit.change).some(
    (value) => Array.isArray(value) && value.some(({ other }) => other !== undefined),
  );
}
