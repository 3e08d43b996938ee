/** The host's own quizzes, kept in this browser; IndexedDB, as pictures are too large for localStorage. */

import { createStore, del, get, promisifyRequest, values } from "idb-keyval";
import { type Draft, newKey } from "./draft";

export interface OwnQuiz {
  id: string;
  draft: Draft;
  /** `Date.now()` of the last change. */
  edited_at: number;
}

const store = createStore("quickpoll", "quizzes");

/** All of them, the last changed first. */
export async function ownQuizzes(): Promise<OwnQuiz[]> {
  const kept = await values<OwnQuiz>(store);
  return kept.sort((a, b) => b.edited_at - a.edited_at);
}

export function ownQuiz(id: string): Promise<OwnQuiz | undefined> {
  return get<OwnQuiz>(id, store);
}

/** Keeps it under its id. Started while the page is being closed, it is still done. */
export function keep(own: OwnQuiz): Promise<void> {
  return store("readwrite", (quizzes) => {
    quizzes.put(own, own.id);
    // Said at once, and not when the page would next have time for it.
    quizzes.transaction.commit();
    return promisifyRequest(quizzes.transaction);
  });
}

/** Keeps a draft as a new quiz. */
export async function keepNew(draft: Draft): Promise<OwnQuiz> {
  const own = { id: newKey(), draft, edited_at: Date.now() };
  await keep(own);
  return own;
}

export function forget(id: string): Promise<void> {
  return del(id, store);
}
