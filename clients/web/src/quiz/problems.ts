/** What is still wrong with a draft, each for the field where it is put right: the server's rules, said before it is asked. */

import { editOf } from "../kinds/edit";
import { type Draft, type DraftQuestion, bytesOf, shownOptions } from "./draft";
import { problemsOfDetails } from "./detailproblems";
import {
  type Problem,
  type ProblemCode,
  TITLE_FIELD,
  QUIZ_FIELD,
  textField,
  optionsField,
  optionField,
  timeField,
  pointsField,
  explanationField,
  altField,
  imageField,
  notesField,
} from "./fields";
import * as limits from "./limits";

export * from "./fields";

/** All problems, in the order of the page. */
export function problemsOf(draft: Draft): Problem[] {
  const found: Problem[] = written(draft.title, limits.TITLE_CHARACTERS, TITLE_FIELD, null, "title_missing");
  if (draft.questions.length === 0)
    found.push({ code: "no_questions", field: QUIZ_FIELD, question: null, missing: true });
  if (draft.questions.length > limits.QUESTIONS)
    found.push({ code: "too_many_questions", field: QUIZ_FIELD, question: null, count: limits.QUESTIONS });
  if (bytesOf(draft) > limits.QUIZ_BYTES) found.push({ code: "too_big", field: QUIZ_FIELD, question: null });
  return [...found, ...draft.questions.flatMap(problemsOfQuestion)];
}

function problemsOfQuestion(question: DraftQuestion): Problem[] {
  const { key } = question;
  const found = written(question.text, limits.TEXT_CHARACTERS, textField(key), key, "text_missing");
  if (
    question.image &&
    (question.image.length > limits.IMAGE_CHARACTERS || !limits.IMAGE_PATTERN.test(question.image))
  ) {
    found.push({ code: "image", field: imageField(key), question: key });
  }
  const { optioned, judged, asked } = editOf(question.kind);
  if (optioned) found.push(...problemsOfOptions(question));
  found.push(...problemsOfDetails(question));
  if (asked && !question.untimed && !within(question.time_limit_ms, limits.SHORTEST_MS, limits.LONGEST_MS))
    found.push({ code: "time_limit", field: timeField(key), question: key });
  if (judged && !within(question.points, 0, limits.MOST_POINTS))
    found.push({ code: "points", field: pointsField(key), question: key });
  found.push(...written(question.explanation, limits.EXPLANATION_CHARACTERS, explanationField(key), key));
  found.push(...written(question.notes ?? "", limits.NOTES_CHARACTERS, notesField(key), key));
  found.push(...written(question.image_alt ?? "", limits.ALT_CHARACTERS, altField(key), key));
  return found;
}

function problemsOfOptions(question: DraftQuestion): Problem[] {
  const { key, kind } = question;
  const options = shownOptions(question);
  const about = { field: optionsField(key), question: key };
  const found: Problem[] = [];
  for (const option of options) {
    found.push(...written(option.text, limits.OPTION_CHARACTERS, optionField(option.key), key, "option_missing"));
  }
  const { fewest = limits.FEWEST_OPTIONS } = editOf(kind);
  if (options.length < fewest) found.push({ ...about, code: "too_few_options", count: fewest });
  if (options.length > limits.MOST_OPTIONS)
    found.push({ ...about, code: "too_many_options", count: limits.MOST_OPTIONS });
  const problem = editOf(kind).problem(options);
  if (problem) found.push({ ...about, ...problem });
  return found;
}

/** What is wrong with a text: nothing in it, if it has to be there, or too much. The server counts code points. */
function written(text: string, most: number, field: string, question: string | null, missing?: ProblemCode): Problem[] {
  const length = Array.from(text.trim()).length;
  if (length > most) return [{ code: "too_long", field, question, count: length - most }];
  return missing && length === 0 ? [{ code: missing, field, question, missing: true }] : [];
}

function within(value: number | null, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
