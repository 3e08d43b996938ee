/** The life of a host's page, for the tests. */

import { Sounds } from "../device/sound.svelte";
import { Life } from "../game/life.svelte";
import { endsWithTest } from "../game/testing";
import { Host } from "./host.svelte";

/** @param code the session of the page's address, if it names one. */
export function hostPage(code: string | null, remote = false): Life<Host> {
  const sounds = new Sounds("host");
  return endsWithTest(new Life<Host>((life, beginning) => new Host(life, sounds, beginning, remote), { code }));
}
