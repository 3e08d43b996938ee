/**
 * Everything that this browser keeps for its host as one file, and back: own quizzes, and past games with answers and logs.
 *
 * Taking a file back adds and never takes away: of a quiz that is there already the one that was edited last stays, a game
 * that is there stays as it is. What in the file is neither a quiz nor a game is left out and counted.
 */

import { type PastGame, gameOf, keepGame, pastGames } from "../games";
import { type OwnQuiz, keep, ownQuiz, ownQuizzes } from "../../quiz/library";
import { isOwnQuiz } from "../../quiz/shapes";
import { isPastGame } from "./shapes";

const MARK = "quickpoll-library";
const VERSION = 1;

export interface Backup {
  format: typeof MARK;
  version: number;
  saved_at: number;
  quizzes: OwnQuiz[];
  games: PastGame[];
}

export interface Restored {
  quizzes: number;
  games: number;
  /** How many were there already, as new or newer. */
  there: number;
  /** How many are no quiz and no game. */
  left_out: number;
}

/** Where quizzes and games are kept: the browser's databases. */
export const BROWSER = { keepQuiz: keep, ownQuiz, ownQuizzes, keepGame, gameOf, pastGames };
export type Shelf = typeof BROWSER;

/** All that is kept, at the time `saved_at`. */
export async function everything(saved_at: number, shelf: Shelf = BROWSER): Promise<Backup> {
  const games = await Promise.all((await shelf.pastGames()).map(({ id }) => shelf.gameOf(id)));
  const found = games.filter((game) => game !== undefined);
  return libraryFile(await shelf.ownQuizzes(), saved_at, found);
}

/** What such a file has. */
export function libraryFile(quizzes: OwnQuiz[], saved_at: number, games: PastGame[] = []): Backup {
  return { format: MARK, version: VERSION, saved_at, quizzes, games };
}

/** What a file has; null where it is no such file. */
export function readBackup(text: string): { quizzes: unknown[]; games: unknown[] } | null {
  let read: unknown;
  try {
    read = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    return null;
  }
  const { format, version, quizzes, games } = (read ?? {}) as Partial<Record<keyof Backup, unknown>>;
  if (format !== MARK || typeof version !== "number" || version > VERSION) return null;
  return { quizzes: Array.isArray(quizzes) ? quizzes : [], games: Array.isArray(games) ? games : [] };
}

/** Adds what a file has to what is kept. */
export async function restore(
  { quizzes, games }: { quizzes: unknown[]; games: unknown[] },
  shelf: Shelf = BROWSER,
): Promise<Restored> {
  const done: Restored = { quizzes: 0, games: 0, there: 0, left_out: 0 };
  for (const quiz of quizzes) {
    if (!isOwnQuiz(quiz)) done.left_out++;
    else if (((await shelf.ownQuiz(quiz.id))?.edited_at ?? -1) >= quiz.edited_at) done.there++;
    else {
      await shelf.keepQuiz(quiz);
      done.quizzes++;
    }
  }
  for (const game of games) {
    if (!isPastGame(game)) done.left_out++;
    else if (await shelf.gameOf(game.id)) done.there++;
    else {
      await shelf.keepGame(game);
      done.games++;
    }
  }
  return done;
}
