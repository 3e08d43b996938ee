/** What a kind of question has to say for itself; each folder beside this file is one kind, and only they know it by name. */

import type { Component } from "svelte";
import type { SubmitAnswer, PublicQuestion, Question, QuestionKind, QuestionResults } from "../wire/protocol";
import type { DraftOption } from "../quiz/types";

/** The kinds that have a folder here. A question of another one is shown like a poll without options. */
export type PageKind = Extract<QuestionKind, "single" | "multiple" | "true_false" | "poll">;
export type PageQuestion = Extract<Question, { kind: PageKind }>;

/** What is known of a kind. */
export function ofKind<T>(kinds: Record<PageKind, T>, kind: QuestionKind): T {
  return kind in kinds ? kinds[kind as PageKind] : kinds.poll;
}

/** How it is played. */
export interface Play {
  /** Several options can be chosen, so the choice is confirmed with a button. */
  several: boolean;
  /** Something can be right, and somebody can rise. */
  judged: boolean;
  /** What is sent for these options. */
  answer: (chosen: readonly number[]) => SubmitAnswer["answer"];
}

/** What a phone shows of it. */
export interface PlayerViews {
  Choose: Component<ChooseProps>;
  Solution: Component<{ question: PublicQuestion; results: QuestionResults; showText: boolean }>;
}

export interface ChooseProps {
  question: PublicQuestion;
  /** False: only shapes and letters, the text is on the big screen. */
  showText: boolean;
  chosen: readonly number[];
  /** Nothing can be chosen any more. */
  locked: boolean;
  /** Is told which, and when (`performance.now()`). */
  choose: (option: number, tapped_at: number) => void;
}

/** What stage and remote show of it. */
export interface HostViews {
  Options: Component<{ question: PublicQuestion; results?: QuestionResults }>;
  RemoteResults: Component<{ question: PublicQuestion; results: QuestionResults }>;
}

/** What is wrong with the options of a draft, by the code of the problem. */
export interface OptionsProblem {
  code: "mark_one" | "mark_some";
  /** Something that is only not there yet. */
  missing: boolean;
}

/** How it is written. */
export interface Edit {
  /** How many empty options a new question has; none: the texts are given, and so is their number. */
  fresh_options: number | null;
  /** Options can be marked as correct: one, some, or none at all. */
  marks: "one" | "some" | "none";
  problem: (options: readonly DraftOption[]) => OptionsProblem | null;
}
