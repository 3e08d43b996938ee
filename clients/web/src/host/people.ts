/** Which players a list shows, and their names in a row. */

import { language, locale } from "../i18n/i18n.svelte";
import type { HostPlayer, LeaderboardEntry } from "../wire/protocol";
import type { View } from "../game/reducer";

/** The players who are here and have not answered the open question. */
export function missing(view: View): HostPlayer[] {
  return Array.from(view.players.values()).filter((player) => player.connected && !player.answered);
}

/** Those whose name has `search` in it, whatever its capitals and accents. */
export function named(players: HostPlayer[], search: string): HostPlayer[] {
  const wanted = plain(search.trim());
  return wanted ? players.filter((player) => plain(player.name).includes(wanted)) : players;
}

/** The players whose names wait for the host. */
export function held({ settings, players }: View): HostPlayer[] {
  return settings.filter === "hold" ? Array.from(players.values()).filter((player) => player.withheld) : [];
}

const formats = new Map<string, Intl.ListFormat>();

/** Names as the language lists them; Latin ones do not turn the words around them. */
export function listed(names: readonly string[]): string {
  const isolated = language() === "ar" ? names.map((name) => `\u2068${name}\u2069`) : names;
  let format = formats.get(locale());
  if (!format) formats.set(locale(), (format = new Intl.ListFormat(locale(), { type: "unit" })));
  return format.format(isolated);
}

function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase();
}

/** The player who has climbed the most places on a leaderboard, if anybody has climbed two or more. */
export function biggestClimber(entries: readonly LeaderboardEntry[]): { name: string; places: number } | null {
  const climbs = entries.map(({ name, rank, previous_rank }) => ({
    name,
    places: previous_rank === null ? 0 : previous_rank - rank,
  }));
  const most = Math.max(0, ...climbs.map((climb) => climb.places));
  return (most > 1 && climbs.find((climb) => climb.places === most)) || null;
}
