/**
 * The games that a host has led, kept in this browser: what everybody answered, and the log where it is not too large.
 *
 * Two databases (and one for figures that are derived from them), so that a list is drawn without reading the answers of thousands of players.
 */

import { createStore, del, get, set, values } from "idb-keyval";
import { fingerprint } from "../quiz/fingerprint";
import { forgetFigures } from "./figures/store";
import type { Standings } from "./standings";

export interface GameSummary {
  id: string;
  code: string;
  title: string;
  /** `Date.now()` when the quiz ended. */
  ended_at: number;
  players: number;
  questions: number;
  /** Whether a log is kept with it. */
  has_log: boolean;
}

export interface PastGame extends GameSummary {
  standings: Standings;
  /** As `quickpoll replay` takes it; none where the session has no log, or a large one. */
  log?: string;
}

const games = createStore("quickpoll-games", "games");
const list = createStore("quickpoll-game-list", "summaries");

/** A game as it is kept. @param token - the host's; games of the same code are told apart by it */
export function pastGame(code: string, token: string, standings: Standings, ended_at: number): PastGame {
  return {
    id: `${code}-${fingerprint(token)}`,
    code,
    title: standings.title,
    ended_at,
    players: standings.players.length,
    questions: standings.questions.length,
    has_log: false,
    standings,
  };
}

/** Keeps a game; one with the same id is replaced, but for the time when it ended and a log. */
export async function keepGame(game: PastGame): Promise<void> {
  const before = await get<PastGame>(game.id, games);
  const log = game.log ?? before?.log;
  const kept = { ...game, ended_at: before?.ended_at ?? game.ended_at, log, has_log: log !== undefined };
  await set(kept.id, kept, games);
  await forgetFigures(kept.id);
  const { id, code, title, ended_at, players, questions, has_log } = kept;
  await set(id, { id, code, title, ended_at, players, questions, has_log } satisfies GameSummary, list);
}

/** All of them, the last one first. */
export async function pastGames(): Promise<GameSummary[]> {
  const kept = await values<GameSummary>(list);
  return kept.sort((a, b) => b.ended_at - a.ended_at);
}

export function gameOf(id: string): Promise<PastGame | undefined> {
  return get<PastGame>(id, games);
}

export async function forgetGame(id: string): Promise<void> {
  await del(id, list);
  await del(id, games);
  await forgetFigures(id);
}
