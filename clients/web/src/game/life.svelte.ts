/**
 * What a page shows, from session to session. Each session has one object, made by create, join or resume, and
 * disposed as a whole before the next one begins; the page keeps language and sound alone.
 *
 * When a view or a message fails, the session is resumed from nothing, and the server is told which of the two it was.
 */

import { backoffMs } from "../wire/backoff";
import type { PagePart } from "../wire/protocol";
import type { Refused } from "../wire/socket";

/** A session to join, and as whom. */
export interface Joining {
  code: string;
  name: string;
  avatar: string;
}

/** How the object of a session begins: with nothing, by resuming, or by joining. */
export interface Beginning {
  /** The session to resume. */
  code?: string | null;
  /** Its token, where the browser may have kept none. */
  token?: string;
  /** The session where the one before goes on; a player's page joins it by itself. */
  join?: Joining;
  /** Why the session before could not be resumed. */
  refused?: Refused;
  /** What failed in the object before. */
  failed?: PagePart;
}

export interface Playing {
  /** How to resume it. */
  readonly seat: Beginning;
  /** Ends all that it has started: listeners, timers, commands, the connection. */
  dispose(): void;
}

/** An object that lasted so long has not failed for the reason of the one before. */
const STABLE_MS = 60_000;

export class Life<T extends Playing> {
  readonly #make: (life: Life<T>, beginning: Beginning) => T;
  #current: T;
  #failures = 0;
  #begunAt = performance.now();
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(make: (life: Life<T>, beginning: Beginning) => T, beginning: Beginning) {
    this.#make = make;
    this.#current = $state.raw(make(this, beginning));
  }

  /** The object of the session that is shown. */
  get current(): T {
    return this.#current;
  }

  /** Disposes of what is there, and begins. */
  begin(beginning: Beginning): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#current.dispose();
    this.#begunAt = performance.now();
    this.#current = this.#make(this, beginning);
  }

  /** Resumes after a failure: soon, and later each time it happens again. */
  failed(where: PagePart, error: unknown): void {
    if (this.#retry) return;
    reportError(error);
    const { current } = this;
    // A view fails while it is drawn, when nothing that it reads may change.
    queueMicrotask(() => current.dispose());
    if (performance.now() - this.#begunAt > STABLE_MS) this.#failures = 0;
    this.#retry = setTimeout(() => this.begin({ ...current.seat, failed: where }), backoffMs(this.#failures++));
  }
}
