/** Where the figures of games are kept beside them: a database of their own, so that they can be made again at any time. */

import { createStore, del, get, set } from "idb-keyval";
import type { GameFigures } from "./types";

const figures = createStore("quickpoll-game-figures", "figures");

export function keptFigures(id: string): Promise<GameFigures | undefined> {
  return get<GameFigures>(id, figures);
}

export function keepFigures(of_game: GameFigures): Promise<void> {
  return set(of_game.id, of_game, figures);
}

/** The game has other results now, or is gone. */
export function forgetFigures(id: string): Promise<void> {
  return del(id, figures);
}
