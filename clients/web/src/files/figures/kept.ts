/** The figures of all games of this browser. Each game is read once: its answers are many, and its figures few. */

import { gameOf, pastGames } from "../games";
import { figuresOfGame } from "./figures";
import { keepFigures, keptFigures } from "./store";
import type { GameFigures } from "./types";

/** All of them, the last game first. */
export async function figuresOfGames(): Promise<GameFigures[]> {
  const figures: GameFigures[] = [];
  for (const { id } of await pastGames()) {
    const one = (await keptFigures(id)) ?? (await readGame(id));
    if (one) figures.push(one);
  }
  return figures;
}

async function readGame(id: string): Promise<GameFigures | undefined> {
  const game = await gameOf(id);
  if (!game) return undefined;
  const figures = figuresOfGame(game);
  await keepFigures(figures);
  return figures;
}
