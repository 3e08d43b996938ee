/**
 * The host's own quizzes, kept in this browser; IndexedDB, as pictures are too large for localStorage.
 *
 * Every change is told to all pages of this browser, so that none writes over what another has kept since.
 */

import { createStore, get, promisifyRequest, values } from "idb-keyval";
import { lasting } from "../device/storage";
import { type Draft, newKey } from "./draft";

export interface OwnQuiz {
  id: string;
  draft: Draft;
  /** `Date.now()` of the last change; it tells versions apart. */
  edited_at: number;
  /** When a game of it ended the last time. */
  played_at?: number;
}

/** What has been kept or forgotten. @param edited_at - null: the quiz is gone */
export interface LibraryChange {
  id: string;
  edited_at: number | null;
}

const CHANGES = "quickpoll-quizzes";
const store = createStore("quickpoll", "quizzes");

/** All of them, the last changed first. */
export async function ownQuizzes(): Promise<OwnQuiz[]> {
  const kept = await values<OwnQuiz>(store);
  return kept.sort((a, b) => b.edited_at - a.edited_at);
}

export function ownQuiz(id: string): Promise<OwnQuiz | undefined> {
  return get<OwnQuiz>(id, store);
}

/** Keeps it under its id, whatever was there. Started while the page is being closed, it is still done. */
export async function keep(own: OwnQuiz): Promise<void> {
  await store("readwrite", (quizzes) => {
    quizzes.put(own, own.id);
    // Said at once, and not when the page would next have time for it.
    quizzes.transaction.commit();
    return promisifyRequest(quizzes.transaction);
  });
  tell({ id: own.id, edited_at: own.edited_at });
}

/**
 * Keeps the edits of somebody who began with the version `since`.
 *
 * @returns "newer" or "gone" where another page has changed or deleted it since; then nothing is written.
 */
export async function keepEdits(own: OwnQuiz, since: number): Promise<"kept" | "newer" | "gone"> {
  const done = await changed(own.id, (kept) =>
    kept.edited_at === since ? { ...kept, draft: own.draft, edited_at: own.edited_at } : null,
  );
  return done ?? "newer";
}

/** Notes that a game of it ended. */
export async function notePlayed(id: string, played_at: number): Promise<void> {
  await changed(id, (kept) => ({ ...kept, played_at: Math.max(played_at, kept.played_at ?? 0) }));
}

/** Reads and writes without anybody in between; null: it stays as it is. */
async function changed(id: string, change: (kept: OwnQuiz) => OwnQuiz | null): Promise<"kept" | "gone" | null> {
  let done: "kept" | "gone" | null = "gone";
  let after: OwnQuiz | null = null;
  await store("readwrite", (quizzes) => {
    const reading = quizzes.get(id) as IDBRequest<OwnQuiz | undefined>;
    reading.onsuccess = () => {
      if (!reading.result) return;
      after = change(reading.result);
      done = after && "kept";
      if (after) quizzes.put(after, id);
    };
    return promisifyRequest(quizzes.transaction);
  });
  if (after) tell({ id, edited_at: (after as OwnQuiz).edited_at });
  return done;
}

/** Keeps a draft as a new quiz. */
export async function keepNew(draft: Draft): Promise<OwnQuiz> {
  const own = { id: newKey(), draft, edited_at: Date.now() };
  await keep(own);
  void lasting();
  return own;
}

export async function forget(id: string): Promise<void> {
  await store("readwrite", (quizzes) => {
    quizzes.delete(id);
    return promisifyRequest(quizzes.transaction);
  });
  tell({ id, edited_at: null });
}

function tell(change: LibraryChange): void {
  const channel = new BroadcastChannel(CHANGES);
  channel.postMessage(change);
  channel.close();
}

/** Hears of every change, on this page and on others. @returns ends it */
export function hearChanges(heard: (change: LibraryChange) => void): () => void {
  const channel = new BroadcastChannel(CHANGES);
  channel.onmessage = ({ data }: MessageEvent<LibraryChange>) => heard(data);
  return () => channel.close();
}
