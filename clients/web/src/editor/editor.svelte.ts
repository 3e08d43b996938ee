/**
 * The editor of one own quiz: what is selected, what can be undone, what is wrong, and that all of it is kept.
 *
 * Every edit is saved soon after, and at once when the page goes away; never over what another page has kept since
 * (`rival`). A problem that is only something missing is told when its field has been left (`visited`), or for all
 * fields when the quiz was to be played.
 */

import { figuresOf } from "../files/figures/figures";
import type { GameFigures } from "../files/figures/types";
import { type DraftQuestion, type Verdicts, bytesOf, newQuestion } from "../quiz/draft";
import { type Edit, edited, isUntold, placeOf } from "../quiz/edits";
import { type LibraryChange, type OwnQuiz, hearChanges, keep, keepEdits, keepNew, ownQuiz } from "../quiz/library";
import { type Problem, problemsOf } from "../quiz/problems";
import type { Draft } from "../quiz/types";
import type { QuestionKind } from "../wire/protocol";
import { EMPTY, type History, noted, redone, undone } from "./history";

const SAVE_MS = 300;

interface Step {
  draft: Draft;
  selected: string | null;
}

export class Editor {
  readonly id: string;
  #own = $state.raw() as OwnQuiz;
  /** The version that the browser keeps, as far as this page knows. */
  #since: number;
  /** Versions that this page has written: what is told of them is no news. */
  readonly #written = new Set<number>();
  /** The key of the question in the form. */
  selected = $state<string | null>(null);
  /** The last deleted question, until it was taken back or the next is deleted. */
  deleted = $state.raw<{ question: DraftQuestion; at: number } | null>(null);
  saving = $state<"saved" | "saving" | "failed">("saved");
  /** Another page has kept a newer version of the quiz, or deleted it: nothing is saved until somebody decides. */
  rival = $state<"newer" | "gone" | null>(null);
  /** Everything missing is told. */
  strict = $state(false);
  /** Of past games, as soon as they are read. */
  games = $state.raw<readonly GameFigures[]>([]);
  #visited = $state.raw<ReadonlySet<string>>(new Set());
  #history = $state.raw<History<Step>>(EMPTY);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saves: Promise<void> = Promise.resolve();
  readonly #unhear: () => void;

  readonly problems = $derived.by(() => problemsOf(this.draft));
  readonly told = $derived.by(() =>
    this.problems.filter((problem) => this.strict || !problem.missing || this.#visited.has(problem.field)),
  );
  readonly bytes = $derived.by(() => bytesOf(this.draft));
  /** How hard each question was, by its key. */
  readonly figures = $derived.by(() => figuresOf(this.draft.questions, this.games));

  constructor(own: OwnQuiz) {
    this.id = own.id;
    this.#own = own;
    this.#since = own.edited_at;
    this.selected = own.draft.questions[0]?.key ?? null;
    this.#unhear = hearChanges((change) => this.#heard(change));
  }

  /** Ends with the page that shows it. */
  dispose(): void {
    this.#unhear();
  }

  get draft() {
    return this.#own.draft;
  }

  get question(): DraftQuestion | undefined {
    return this.draft.questions.find((question) => question.key === this.selected);
  }

  get index(): number {
    return this.draft.questions.findIndex((question) => question.key === this.selected);
  }

  /** What is said of it: while a rival stands, what was edited here waits for a decision. */
  get kept(): "saved" | "saving" | "failed" | "undecided" {
    return this.rival && this.saving !== "saved" ? "undecided" : this.saving;
  }

  get canUndo(): boolean {
    return this.#history.past.length > 0;
  }

  get canRedo(): boolean {
    return this.#history.future.length > 0;
  }

  /** What is told beside a field. */
  problem(field: string): Problem | undefined {
    return this.told.find((problem) => problem.field === field);
  }

  do(edit: Edit): void {
    const now = Date.now();
    let draft = edited(this.draft, edit);
    if (isUntold(edit) && "question" in edit)
      draft = edited(draft, { edit: "field", question: edit.question as string, change: { new_since: now } });
    this.#history = noted(this.#history, { draft: this.draft, selected: this.selected }, placeOf(edit), now);
    this.#change(draft, now);
  }

  #change(draft: Draft, edited_at: number): void {
    this.#own = { ...this.#own, draft, edited_at };
    this.saving = "saving";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), SAVE_MS);
  }

  /** Takes the last step back, or the last undoing. @returns whether there was one */
  undo(): boolean {
    return this.#go(undone(this.#history, { draft: this.draft, selected: this.selected }));
  }

  redo(): boolean {
    return this.#go(redone(this.#history, { draft: this.draft, selected: this.selected }));
  }

  #go(step: { history: History<Step>; back: Step } | null): boolean {
    if (!step) return false;
    this.#history = step.history;
    this.deleted = null;
    this.#change(step.back.draft, Date.now());
    this.#select(step.back.selected);
    return true;
  }

  /** Selects a question, or the first where it is not there. */
  #select(key: string | null): void {
    const { questions } = this.draft;
    this.selected = (questions.find((question) => question.key === key) ?? questions[0])?.key ?? null;
  }

  /** Saves now what is not saved yet, one version after the other. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#saves = this.#saves.then(() => this.#save());
    return this.#saves;
  }

  async #save(): Promise<void> {
    if (this.saving === "saved" || this.rival) return;
    const own = this.#own;
    this.#written.add(own.edited_at);
    try {
      const done = await keepEdits(own, this.#since);
      if (done === "kept") this.#saved(own);
      else this.rival = done;
    } catch {
      this.saving = "failed";
    }
  }

  /** Saves while the page is being closed: there is no time to look first. @param title - of a copy, where there is a rival */
  flushAtOnce(title: string): void {
    clearTimeout(this.#timer);
    if (this.saving === "saved") return;
    this.#written.add(this.#own.edited_at);
    void (this.rival ? this.keepAsCopy(title) : keep(this.#own)).catch(() => undefined);
    this.#saved(this.#own);
  }

  #saved(own: OwnQuiz): void {
    this.#since = own.edited_at;
    if (own === this.#own) this.saving = "saved";
  }

  #heard({ id, edited_at }: LibraryChange): void {
    if (id !== this.id || edited_at === this.#since) return;
    if (edited_at === null) this.rival = "gone";
    else if (!this.#written.has(edited_at)) this.rival = "newer";
  }

  /** Goes on with what another page has kept. What is here is lost, unless `keepAsCopy` went before. */
  async takeNewest(): Promise<void> {
    const own = await ownQuiz(this.id);
    if (!own) return;
    this.#own = own;
    this.#since = own.edited_at;
    this.#history = EMPTY;
    this.deleted = null;
    this.saving = "saved";
    this.rival = null;
    this.#select(this.selected);
  }

  /** Keeps what is here as a quiz of its own. */
  async keepAsCopy(title: string): Promise<void> {
    await keepNew({ ...this.draft, title });
    this.saving = "saved";
  }

  /** Keeps what is here, although another page has deleted it. */
  async keepAnyway(): Promise<void> {
    this.#written.add(this.#own.edited_at);
    await keep(this.#own);
    this.rival = null;
    this.#saved(this.#own);
  }

  /** A field was left. */
  visit(field: string): void {
    if (!this.#visited.has(field)) this.#visited = new Set([...this.#visited, field]);
  }

  /** A new question behind the selected one. */
  add(kind: QuestionKind, verdicts: Verdicts): void {
    const question = newQuestion(kind, verdicts);
    this.do({ edit: "insert", question, at: this.draft.questions.length });
    this.selected = question.key;
  }

  duplicate(): void {
    const at = this.index;
    if (!this.selected) return;
    this.do({ edit: "duplicate", question: this.selected });
    this.selected = this.draft.questions[at + 1]?.key ?? null;
  }

  /** Deletes the selected question and selects a neighbour. */
  remove(): void {
    const { question, index } = this;
    if (!question) return;
    this.deleted = { question, at: index };
    this.do({ edit: "remove", question: question.key });
    const { questions } = this.draft;
    this.selected = (questions[index] ?? questions[index - 1])?.key ?? null;
  }

  /** Brings the last deleted question back, whatever was done since. */
  restore(): void {
    if (!this.deleted) return;
    this.do({ edit: "insert", ...this.deleted });
    this.selected = this.deleted.question.key;
    this.deleted = null;
  }

  move(question: string, to: number): void {
    this.do({ edit: "move", question, to });
  }
}
