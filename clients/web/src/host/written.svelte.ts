/** What players have written to a question, page by page; the host shows it, hides it and merges it. */

import type { AnswerGroup, Answers } from "../wire/protocol";
import type { Host } from "./host.svelte";

export class Written {
  readonly #host: Host;
  readonly question: number;
  groups = $state.raw<readonly AnswerGroup[]>([]);
  /** Where further ones are; null: there are none. */
  next = $state<number | null>(null);
  loaded = $state(false);
  /** The text that is about to be merged: the next one tapped is what it then counts with. */
  merging = $state<string | null>(null);

  constructor(host: Host, question: number) {
    this.#host = host;
    this.question = question;
  }

  /** How many of the texts are shown. */
  get shown(): number {
    return this.groups.filter((group) => group.shown).length;
  }

  /** Fetches again as many as were fetched, or the first page. */
  async load(): Promise<void> {
    const wanted = this.groups.length;
    const groups: AnswerGroup[] = [];
    let next: number | null = 0;
    while (next !== null && (next === 0 || groups.length < wanted)) {
      const page: Answers | null = await this.#page(next);
      if (!page) return;
      groups.push(...page.answers);
      next = page.next_offset;
    }
    this.#set(groups, next);
  }

  async more(): Promise<void> {
    const page = this.next === null ? null : await this.#page(this.next);
    if (page) this.#set([...this.groups, ...page.answers], page.next_offset);
  }

  async show(text: string, shown: boolean): Promise<void> {
    await this.#host.ask({ type: "show_answer", question: this.question, text, shown });
    await this.load();
  }

  /** @param into null: it counts by itself again. */
  async merge(text: string, into: string | null): Promise<void> {
    this.merging = null;
    await this.#host.ask({ type: "merge_answers", question: this.question, text, into });
    await this.load();
  }

  #page(offset: number): Promise<Answers | null> {
    return this.#host.ask<Answers>({ type: "get_answers", question: this.question, offset });
  }

  /** Who joined in between may have moved a text from one page to the next: it is listed once. */
  #set(groups: readonly AnswerGroup[], next: number | null): void {
    this.groups = [...new Map(groups.map((group) => [group.text, group])).values()];
    this.next = next;
    this.loaded = true;
  }
}
