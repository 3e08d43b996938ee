/**
 * Keeps the quizzes of this browser and the files of a folder in step, one file for each quiz.
 *
 * No version is ever lost: of two that were changed in both places the newer stays and the older becomes a quiz beside it;
 * who deletes a quiz here sets its file aside (in the folder `deleted`), and it goes elsewhere only where it is the very
 * version that was set aside. A file that is simply missing is written again: a drive may just not be there yet.
 */

import { isBlank } from "../../quiz/draft";
import { fingerprint } from "../../quiz/fingerprint";
import type { OwnQuiz } from "../../quiz/library";
import { isOwnQuiz } from "../../quiz/shapes";
import { libraryFile, readBackup } from "../backup/backup";

/** A folder with quiz files. */
export interface Disk {
  /** The quiz files, by name; not those that were set aside. */
  files: () => Promise<Map<string, string>>;
  write: (name: string, text: string) => Promise<void>;
  /** Takes a file out of the folder and keeps it under another name where `aside` finds it. */
  setAside: (name: string, as: string) => Promise<void>;
  /** The names of the files that were set aside. */
  aside: () => Promise<Set<string>>;
}

/** The quizzes of a browser. */
export interface QuizShelf {
  ownQuizzes: () => Promise<OwnQuiz[]>;
  keep: (own: OwnQuiz) => Promise<void>;
  /** Keeps it where the version with `since` is still the kept one. */
  keepEdits: (own: OwnQuiz, since: number) => Promise<"kept" | "newer" | "gone">;
  forget: (id: string) => Promise<void>;
}

export interface Step {
  /** The version of each quiz in which browser and folder were last in step, by its id. */
  base: Map<string, string>;
  /** How many quizzes were changed in both places. */
  both: number;
  /** How many quiz files could not be read; they stay as they are. */
  unread: number;
}

interface Words {
  newId: () => string;
  /** The title of an older version that stays beside the newer. */
  copyTitle: (own: OwnQuiz) => string;
  fileName: (own: OwnQuiz) => string;
}

interface Filed {
  name: string;
  own: OwnQuiz;
}

/** Tells the versions of a quiz apart. */
export function versionOf({ draft }: OwnQuiz): string {
  const text = JSON.stringify(draft);
  return `${text.length}-${fingerprint(text)}`;
}

const asideName = (own: OwnQuiz) => `${own.id}.${versionOf(own)}.json`;

/** Compares both once and does what is to be done. @param before - of the last step with this folder */
export async function inStep(disk: Disk, shelf: QuizShelf, before: Map<string, string>, words: Words): Promise<Step> {
  const step: Step = { base: new Map(before), both: 0, unread: 0 };
  const filed = new Map<string, Filed[]>();
  for (const [name, text] of await disk.files()) {
    const own = readBackup(text)?.quizzes[0];
    if (!isOwnQuiz(own)) step.unread++;
    else filed.set(own.id, [...(filed.get(own.id) ?? []), { name, own }]);
  }
  const aside = await disk.aside();
  const kept = new Map((await shelf.ownQuizzes()).filter(({ draft }) => !isBlank(draft)).map((own) => [own.id, own]));
  const one = new OneQuiz(disk, shelf, step, words);
  for (const id of new Set([...kept.keys(), ...filed.keys(), ...before.keys()])) {
    const [file, ...others] = (filed.get(id) ?? []).sort((a, b) => b.own.edited_at - a.own.edited_at);
    // A drive names a file again when two computers wrote it at once.
    for (const other of others) await one.beside(other, file!, kept.get(id));
    await one.step(id, kept.get(id), file, aside);
  }
  return step;
}

class OneQuiz {
  constructor(
    private readonly disk: Disk,
    private readonly shelf: QuizShelf,
    private readonly done: Step,
    private readonly words: Words,
  ) {}

  async step(id: string, own: OwnQuiz | undefined, file: Filed | undefined, aside: Set<string>): Promise<void> {
    const { base } = this.done;
    const before = base.get(id);
    if (own && file) return this.compare(own, file, before);
    if (own) {
      if (before !== versionOf(own) || !aside.has(asideName(own))) return this.write(own, this.words.fileName(own));
      await this.shelf.forget(id);
    }
    if (file && before !== versionOf(file.own)) return this.take(file.own, undefined);
    if (file) await this.disk.setAside(file.name, asideName(file.own));
    base.delete(id);
  }

  private async compare(own: OwnQuiz, file: Filed, before: string | undefined): Promise<void> {
    const [here, there] = [versionOf(own), versionOf(file.own)];
    if (here === there) this.done.base.set(own.id, here);
    else if (before === here) await this.take(file.own, own);
    else if (before === there) await this.write(own, file.name);
    else {
      this.done.both++;
      const newer = own.edited_at >= file.own.edited_at;
      await this.keepCopy(newer ? file.own : own);
      await (newer ? this.write(own, file.name) : this.take(file.own, own));
    }
  }

  /** Another file of the same quiz: a version that is nowhere else becomes a quiz of its own. */
  async beside(other: Filed, file: Filed, own: OwnQuiz | undefined): Promise<void> {
    const version = versionOf(other.own);
    if (version !== versionOf(file.own) && (!own || version !== versionOf(own))) {
      this.done.both++;
      await this.keepCopy(other.own);
    }
    await this.disk.setAside(other.name, asideName(other.own));
  }

  private async write(own: OwnQuiz, name: string): Promise<void> {
    await this.disk.write(name, JSON.stringify(libraryFile([own], own.edited_at)));
    this.done.base.set(own.id, versionOf(own));
  }

  /** What was changed here while this went on stays, and is compared the next time. */
  private async take(own: OwnQuiz, instead_of: OwnQuiz | undefined): Promise<void> {
    if (!instead_of) await this.shelf.keep(own);
    else if ((await this.shelf.keepEdits(own, instead_of.edited_at)) !== "kept") return;
    this.done.base.set(own.id, versionOf(own));
  }

  private async keepCopy(own: OwnQuiz): Promise<void> {
    const copy = { ...own, id: this.words.newId(), draft: { ...own.draft, title: this.words.copyTitle(own) } };
    await this.shelf.keep(copy);
    await this.write(copy, this.words.fileName(copy));
  }
}
