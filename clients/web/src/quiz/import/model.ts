/**
 * What an importer makes of a file: quizzes as they were read, before anything is fitted to what can be played.
 *
 * A question keeps the kind that its file gave it, also where QuickPoll has no such kind yet; fields follow the quiz format of QuickPoll.
 */

export const KINDS = [
  "single",
  "multiple",
  "true_false",
  "poll",
  "text",
  "number",
  "order",
  "match",
  "open",
  "slide",
] as const;
export type ImportedKind = (typeof KINDS)[number];

export interface ImportedOption {
  text: string;
  correct?: boolean;
}

/** An answer that is taken as right; `share` is the percentage of the points, 100 unless given. */
export type Accepted = string | { text: string; share: number };

export interface Pair {
  left: string;
  right: string;
}

/** Where in the file something stands: row 5, question 3, line 12. */
export interface Place {
  unit: "row" | "question" | "line" | "file" | "sheet";
  number?: number;
  /** The name of a file in a package, or of a sheet. */
  name?: string;
}

export interface ImportedQuestion {
  kind: ImportedKind;
  text: string;
  options?: ImportedOption[];
  accepted?: Accepted[];
  /** A decimal number as text, as is `tolerance`. */
  value?: string;
  tolerance?: string;
  unit?: string;
  pairs?: Pair[];
  /** Further right sides that belong to no left one. */
  extra?: string[];
  /** In the right order. */
  items?: string[];
  time_limit_ms?: number;
  points?: number;
  explanation?: string;
  /** A `data:` address, or the path of a picture that comes with QuickPoll. */
  image?: string;
  place: Place;
}

export interface ImportedQuiz {
  title: string;
  questions: ImportedQuestion[];
}
