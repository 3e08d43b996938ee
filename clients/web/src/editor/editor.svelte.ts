/**
 * The editor of one own quiz: what is selected, what can be undone, what is wrong, and that all of it is kept.
 *
 * Every edit is saved soon after, and at once when the page goes away. A problem that is only something missing
 * is told when its field has been left (`visited`), or for all fields when the quiz was to be played.
 */

import { type OwnQuiz, keep } from "../quiz/library";
import { type DraftQuestion, type Verdicts, bytesOf, newQuestion } from "../quiz/draft";
import { type Edit, edited } from "../quiz/edits";
import { type Problem, problemsOf } from "../quiz/problems";
import type { QuestionKind } from "../wire/protocol";

const SAVE_MS = 300;

export class Editor {
  readonly id: string;
  #own = $state.raw() as OwnQuiz;
  /** The key of the question in the form. */
  selected = $state<string | null>(null);
  /** The last deleted question, until it was taken back or the next is deleted. */
  deleted = $state.raw<{ question: DraftQuestion; at: number } | null>(null);
  saving = $state<"saved" | "saving" | "failed">("saved");
  /** Everything missing is told. */
  strict = $state(false);
  #visited = $state.raw<ReadonlySet<string>>(new Set());
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly problems = $derived.by(() => problemsOf(this.draft));
  readonly told = $derived.by(() =>
    this.problems.filter((problem) => this.strict || !problem.missing || this.#visited.has(problem.field)),
  );
  readonly bytes = $derived.by(() => bytesOf(this.draft));

  constructor(own: OwnQuiz) {
    this.id = own.id;
    this.#own = own;
    this.selected = own.draft.questions[0]?.key ?? null;
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

  /** What is told beside a field. */
  problem(field: string): Problem | undefined {
    return this.told.find((problem) => problem.field === field);
  }

  do(edit: Edit): void {
    this.#own = { ...this.#own, draft: edited(this.draft, edit), edited_at: Date.now() };
    this.saving = "saving";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), SAVE_MS);
  }

  /** Saves now what is not saved yet. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.saving === "saved") return;
    const own = this.#own;
    try {
      await keep(own);
      if (own === this.#own) this.saving = "saved";
    } catch {
      this.saving = "failed";
    }
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

  undo(): void {
    if (!this.deleted) return;
    this.do({ edit: "insert", ...this.deleted });
    this.selected = this.deleted.question.key;
    this.deleted = null;
  }

  move(question: string, to: number): void {
    this.do({ edit: "move", question, to });
  }
}
