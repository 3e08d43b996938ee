/**
 * The dialog in which the host changes how a closed question counts: what can be decided, what would come of it, and what
 * holds already. Nothing is changed before the host has seen the ranking of after it.
 */

import { playOf } from "../../kinds/play";
import type { Answers, QuestionSummary, Results, Ruled, Ruling } from "../../wire/protocol";
import type { Session } from "../../game/session.svelte";
import { isJudged } from "../../files/standings";
import { refusalText } from "../../i18n/wording";
import { Refused } from "../../wire/socket";

/** A ruling that is being made. */
export interface Draft {
  question: number;
  ruling: Ruling;
  /** What the answer that it is about earns so far, in percent. */
  share?: number | null;
}

/** More players than a session can have: the results of all questions come, and of nobody. */
const NO_PLAYERS = 20_000;

export class Rulings {
  readonly #session: Session;
  readonly #close: () => void;
  /** All closed questions, with the rulings that hold; null until they are fetched. */
  questions = $state.raw<QuestionSummary[] | null>(null);
  /** The question that is looked at. */
  index = $state(0);
  /** A page of what was written; null until it is fetched. */
  answers = $state.raw<Answers | null>(null);
  /** Where this page begins. */
  offset = $state(0);
  draft = $state.raw<Draft | null>(null);
  preview = $state.raw<Ruled | null>(null);
  problem = $state("");
  busy = $state(false);

  /** @param close - is called when a ruling was made */
  constructor(session: Session, question: number | null, draft: Draft | null, close: () => void) {
    this.#session = session;
    this.#close = close;
    this.index = draft?.question ?? question ?? 0;
    if (draft) void this.propose(draft);
    else void this.fetch();
  }

  get question(): QuestionSummary | undefined {
    return this.questions?.find(({ index }) => index === this.index);
  }

  /** Fetches the questions, and what was written to the one that is looked at. */
  async fetch(): Promise<void> {
    const results = await this.#ask<Results>({ type: "get_results", offset: NO_PLAYERS });
    if (!results) return;
    this.questions = results.questions.filter(isJudged);
    if (!this.question) this.index = this.questions.at(-1)?.index ?? 0;
    await this.turn(0);
  }

  async choose(index: number): Promise<void> {
    this.index = index;
    await this.turn(0);
  }

  /** Turns to the page of written answers that begins at `offset`. */
  async turn(offset: number): Promise<void> {
    this.answers = null;
    this.offset = offset;
    if (!this.question || !isWritten(this.question)) return;
    this.answers = await this.#ask<Answers>({ type: "get_answers", question: this.index, offset });
  }

  /** Shows what would come of a ruling. */
  async propose(draft: Draft): Promise<void> {
    this.draft = draft;
    this.preview = null;
    const { question, ruling } = draft;
    const preview = await this.#ask<Ruled>({ type: "rule", question, ruling, preview: true });
    if (this.draft === draft) this.preview = preview;
  }

  /** Back to all that can be decided. */
  async back(): Promise<void> {
    this.draft = null;
    this.preview = null;
    if (!this.questions) await this.fetch();
  }

  async apply(): Promise<void> {
    if (!this.draft) return;
    const { question, ruling } = this.draft;
    if (await this.#ask<Ruled>({ type: "rule", question, ruling })) this.#close();
  }

  async undo(number: number): Promise<void> {
    if (await this.#ask({ type: "undo_ruling", number })) await this.fetch();
  }

  async #ask<Reply>(command: Parameters<Session["send"]>[0]): Promise<Reply | null> {
    this.busy = true;
    this.problem = "";
    try {
      return (await this.#session.send(command)) as Reply;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.problem = refusalText(error);
      return null;
    } finally {
      this.busy = false;
    }
  }
}

/** Whether its answers are texts or numbers, of which any can be accepted. */
export function isWritten({ kind }: QuestionSummary): boolean {
  return playOf(kind).written === true;
}

/** The shares that an answer may earn instead, the likeliest first; one only: there is nothing to choose. */
export function sharesFor(kind: QuestionSummary["kind"] | undefined, share: number | null | undefined): number[] {
  if (kind && playOf(kind).stays_right) return [100];
  const others = (share ?? 0) > 0 ? [0, 100, 50] : [100, 50];
  return others.filter((one) => one !== share);
}
