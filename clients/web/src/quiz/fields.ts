/** What can be wrong with a draft, and the ids of the fields where it is put right. */

export type ProblemCode =
  | "title_missing"
  | "no_questions"
  | "too_many_questions"
  | "text_missing"
  | "option_missing"
  | "too_long"
  | "too_few_options"
  | "too_many_options"
  | "mark_one"
  | "mark_some"
  | "time_limit"
  | "points"
  | "image"
  | "too_few_rows"
  | "half_pair"
  | "same_rows"
  | "number"
  | "number_missing"
  | "slider"
  | "count"
  | "too_big";

export interface Problem {
  code: ProblemCode;
  /** The id of the field it stands beside. */
  field: string;
  /** The key of its question; null: it is about the whole quiz. */
  question: string | null;
  /** The limit that is passed, or how much too long. */
  count?: number;
  /** Something that is only not there yet; said when the field has been left or the quiz is to be played. */
  missing?: boolean;
}

export const TITLE_FIELD = "quiz-title";
export const QUIZ_FIELD = "quiz-size";
export const textField = (question: string) => `text-${question}`;
export const optionsField = (question: string) => `options-${question}`;
export const optionField = (option: string) => `option-${option}`;
export const timeField = (question: string) => `time-${question}`;
export const pointsField = (question: string) => `points-${question}`;
export const explanationField = (question: string) => `explanation-${question}`;
export const detailField = (question: string, name: string) => `${name}-${question}`;
export const notesField = (question: string) => `notes-${question}`;
export const altField = (question: string) => `alt-${question}`;
export const imageField = (question: string) => `image-${question}`;
