/**
 * The address that the stage shows for phones: the server's, unless the host has chosen or typed another.
 *
 * A page at the server's own machine is told all candidates, and is told again while the lobby is shown: the network of
 * a laptop changes. A choice that the server no longer offers is dropped.
 */

import { untrack } from "svelte";
import { read, remove, write } from "../device/storage";

/** As `GET /addresses` answers. */
export interface Whereabouts {
  /** Base URLs under which others may reach the server, the likeliest first. */
  urls: readonly string[];
  /** What hides the addresses that count: `container` or `WSL`. */
  enclosure: string | null;
}

const KEPT = "join-address";
const LOOK_AGAIN_MS = 15_000;
/** Names of the machine itself, for whoever uses them. */
export const LOOPBACK = /^(localhost|127\.[\d.]+|\[::1\])$/;

export class JoinAddress {
  found = $state.raw<Whereabouts | null>(null);
  /** The origin that the host has chosen or typed. */
  chosen = $state<string | null>(read<string>(KEPT));
  /** The best address is another than before. */
  changed = $state(false);
  /** Whether the page was opened by an address that leads nobody else to the server. */
  readonly isLocal = LOOPBACK.test(location.hostname);

  /** The link for players, from the one that the server gave for this session. */
  linkFor(code: string, given: string | undefined): string {
    return `${this.#origin(given ?? location.href)}/join/${code}`;
  }

  #origin(given: string): string {
    if (this.chosen) return this.chosen;
    const { origin } = new URL(given);
    const urls = this.found?.urls ?? [];
    return urls.includes(origin) ? origin : (urls[0] ?? origin);
  }

  /** Shows another address; null: the likeliest. */
  choose(origin: string | null): void {
    this.chosen = origin;
    this.changed = false;
    if (origin) write(KEPT, origin);
    else remove(KEPT);
  }

  /** Asks the server at once and then now and again, until the returned function is called; for an effect. */
  follow(): () => void {
    if (!this.isLocal) return () => undefined;
    const look = () => void this.#look();
    untrack(look); // What it finds is no reason to look again.
    const timer = setInterval(look, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }

  async #look(): Promise<void> {
    const before = this.found;
    try {
      const answer = await fetch("/addresses");
      if (!answer.ok) return;
      this.found = (await answer.json()) as Whereabouts;
    } catch {
      return; // The server is away: what it said last stands.
    }
    const wasOffered = this.chosen !== null && before?.urls.includes(this.chosen);
    if (wasOffered && !this.found.urls.includes(this.chosen ?? "")) this.choose(null);
    if (before && before.urls[0] !== this.found.urls[0] && !this.chosen) this.changed = true;
  }
}

/** The origin that somebody has typed, with or without `http://`; null: it is no address. */
export function originOf(typed: string): string | null {
  const text = typed.trim();
  try {
    const url = new URL(/^https?:\/\//i.test(text) ? text : `${location.protocol}//${text}`);
    return text !== "" && url.pathname === "/" && !url.search && !url.hash && !url.username ? url.origin : null;
  } catch {
    return null;
  }
}
