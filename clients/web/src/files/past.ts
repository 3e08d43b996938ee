/** The list of past games, as the page loads it when there are any. */

import PastGames from "./PastGames.svelte";
import { ready } from "./save";

export async function open(): Promise<typeof PastGames> {
  await ready();
  return PastGames;
}
