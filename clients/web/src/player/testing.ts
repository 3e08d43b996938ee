/** The life of a player's page, for the tests. */

import { Sounds } from "../device/sound.svelte";
import { Life } from "../game/life.svelte";
import { endsWithTest } from "../game/testing";
import { Player } from "./player.svelte";

/** @param code the session of the page's address, if it names one. */
export function playerPage(code: string | null): Life<Player> {
  const sounds = new Sounds("player");
  return endsWithTest(new Life<Player>((life, beginning) => new Player(life, sounds, beginning), { code }));
}
