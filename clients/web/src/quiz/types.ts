/** A quiz while it is being written: each question and option has a key of its own, and anything may still be wrong. */

import type { QuestionKind } from "../wire/protocol";

export interface DraftOption {
  key: string;
  text: string;
  correct: boolean;
}

/** One line of a list: an accepted text, an item, a pair. */
export interface DraftRow {
  key: string;
  text: string;
  /** The right side of a pair. */
  other?: string;
  /** How much of the points an accepted text earns, in percent. */
  share?: number;
}

/** What only some kinds have, by the name of the field on the wire. Numbers are kept as they were typed. */
export type DraftDetails = Partial<Record<string, string | boolean | DraftRow[]>>;

export interface DraftQuestion {
  key: string;
  kind: QuestionKind;
  text: string;
  options: DraftOption[];
  /** Null while its field is empty. */
  time_limit_ms: number | null;
  /** There is no time limit; the one above is kept in case that it comes back. */
  untimed?: boolean;
  points: number | null;
  explanation: string;
  image: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string;
  /** For the devices of the host. */
  notes?: string;
  /** Absent in a draft of the kinds with options. */
  details?: DraftDetails;
  /** `Date.now()` when something changed that no result tells of: games before asked another question. */
  new_since?: number;
}

export interface Draft {
  title: string;
  /** What it is found by in the library; they travel with the library alone. */
  tags?: string[];
  questions: DraftQuestion[];
}
