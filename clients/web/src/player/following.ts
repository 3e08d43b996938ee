/** Going along with the host into the next session: when, and so that a reload loses no seat. */

import { readTab, writeTab } from "../device/storage";
import { randomId } from "../wire/socket";

/** A hall of thousands joins over some seconds, a class at once. */
const MS_PER_PLAYER = 1;
const MOST_MS = 5000;

/** How long a page waits before it joins, in ms. @param players how many there are, if that is known */
export function waitToFollow(players = 0): number {
  return Math.random() * Math.min(players * MS_PER_PLAYER, MOST_MS);
}

/**
 * The id of this tab's `join_session` under a name: by the same id the server knows a join that is sent again after a
 * reload, and gives the seat that the first one got instead of refusing the name.
 */
export function joinId(code: string, name: string): string {
  const key = `join:${code}`;
  const kept = readTab<{ name: string; id: string }>(key);
  if (kept?.name === name) return kept.id;
  const id = randomId();
  writeTab(key, { name, id });
  return id;
}
