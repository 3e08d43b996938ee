/** A quiz while it is being written: each question and option has a key of its own, and anything may still be wrong. */

import type { Question, QuestionKind } from "../wire/protocol";

/** The kinds that the editor writes. */
export type PageKind = Extract<QuestionKind, "single" | "multiple" | "true_false" | "poll">;
export type PageQuestion = Extract<Question, { kind: PageKind }>;

export interface DraftOption {
  key: string;
  text: string;
  correct: boolean;
}

export interface DraftQuestion {
  key: string;
  kind: PageKind;
  text: string;
  options: DraftOption[];
  /** Null while its field is empty. */
  time_limit_ms: number | null;
  points: number | null;
  explanation: string;
  image: string | null;
}

export interface Draft {
  title: string;
  questions: DraftQuestion[];
}
