/** What a kind of question has to say for itself; each folder beside this file is one kind, and only they know it by name. */

import type { Component } from "svelte";
import type { Answer, PublicQuestion, QuestionResults } from "../wire/protocol";
import type { DraftOption } from "../quiz/types";

/** How it is played. */
export interface Play {
  /** How many options can be chosen: with more than one the choice is confirmed by a button. Null: its own view collects the answer. */
  most: (question: PublicQuestion) => number | null;
  /** Something can be right, and somebody can rise. */
  judged: boolean;
  /** Somebody answers, so it is closed and has results. */
  asked: boolean;
  /** Texts of players that everyone sees: those that the host picks, or all but those that the host hides. */
  texts?: "picked" | "all";
  /** Its answers are written and judged, so a ruling may accept any of them. */
  written?: boolean;
  /** What is right stays right, whatever else a ruling accepts. */
  stays_right?: boolean;
  /** What is sent for these options. */
  answer: (chosen: readonly number[]) => Answer;
}

/** What a phone shows of it. */
export interface PlayerViews {
  Choose: Component<ChooseProps>;
  Solution: Component<SolutionProps>;
}

export interface ChooseProps {
  question: PublicQuestion;
  /** False: only shapes and letters, the text is on the big screen. */
  showText: boolean;
  chosen: readonly number[];
  /** The answer that is on its way or was taken; null: none yet. */
  given: Answer | null;
  /** Nothing can be chosen any more. */
  locked: boolean;
  /** Is told which option, and when (`performance.now()`). */
  choose: (option: number, tapped_at: number) => void;
  /** Sends an answer that the view has collected. */
  send: (answer: Answer, tapped_at: number) => void;
}

export interface SolutionProps {
  question: PublicQuestion;
  results: QuestionResults;
  showText: boolean;
  given: Answer | null;
}

/** Opens what would change if an answer counted differently. @param share - what it earns so far, in percent */
export type Ruler = (accept: number | string, share: number) => void;

/** What stage and remote show of it. */
export interface HostViews {
  Options: Component<{ question: PublicQuestion; results?: QuestionResults; rule?: Ruler }>;
  RemoteResults: Component<ResultProps>;
}

/** What the result of a kind is drawn from, on every screen. */
export interface ResultProps {
  question: PublicQuestion;
  results: QuestionResults;
  /** Drawn for the last row, without the explanation, which stands below. */
  stage?: boolean;
  /** The player's own answer. */
  given?: Answer | null;
  /** For the host. */
  rule?: Ruler;
}

/** What is wrong with the options of a draft, by the code of the problem. */
export interface OptionsProblem {
  code: "mark_one" | "mark_some";
  /** Something that is only not there yet. */
  missing: boolean;
}

/** A field that only some kinds have, by its name on the wire. */
export type DetailField =
  /** Lines of text; `paired`: with a right side each, `shared`: each with the share of the points that it earns. */
  | { type: "list"; name: string; least: number; most: number; characters: number; paired?: boolean; shared?: boolean }
  | { type: "switch"; name: string; on: string | boolean }
  | { type: "count"; name: string; least: number; most: number; usual: number | null }
  /** `numeric`: an exact decimal number. */
  | { type: "line"; name: string; characters: number; numeric?: boolean; needed?: boolean; long?: boolean };

/** How it is written. */
export interface Edit {
  /** How many empty options a new question has; none: the texts are given, and so is their number. */
  fresh_options: number | null;
  /** Options can be marked as correct: one, some, or none at all. */
  marks: "one" | "some" | "none";
  problem: (options: readonly DraftOption[]) => OptionsProblem | null;
  /** How many options there have to be, where that is more than two. */
  fewest?: number;
  /** It offers options at all. */
  optioned: boolean;
  /** Points can be earned. */
  judged: boolean;
  /** It is answered, so it has a time limit. */
  asked: boolean;
  details: readonly DetailField[];
  /** What answers are compared as, where they are typed: they can be tried while the question is written. */
  typed?: "text" | "number";
  /** Where somebody who knows nothing can choose everything at once. */
  guessed?: "options" | "slider";
}
