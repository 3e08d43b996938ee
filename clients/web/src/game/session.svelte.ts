/**
 * One session as a page reads it: its view, the state of its connection, the clock. It has one life; the next session
 * has another object. It keeps the token, resumes, and watches network and visibility; what host and player may do is built on `send`.
 */

import { createSubscriber } from "svelte/reactivity";
import { ServerClock } from "../wire/clock";
import type { AnyServerMessage, PagePart, Resumed, Role } from "../wire/protocol";
import { askHowReached, socketAddress } from "../wire/reached";
import type { Beginning } from "./life.svelte";
import { type View, reduce } from "./reducer";
import { type Command, type Refused, Socket, type SocketState } from "../wire/socket";
import { forgetToken, keepToken, keptToken, tokenFor } from "../wire/tokens";

/** Why a session is over for this page: `elsewhere` can be taken back. */
export type Ending = "closed" | "lost" | "idle" | "kicked" | "elsewhere";

/** How often what depends on the time is drawn: twice as often as an eye would notice. */
const TICK_MS = 50;
/** Others follow these in the same write, and are drawn together with them. */
const FOLLOWED: ReadonlySet<string> = new Set<AnyServerMessage["type"]>([
  "question_results",
  "your_result",
  "quiz_ended",
]);
const FOLLOWED_MS = 40;
/** Until the page says that it cannot get through; it goes on trying. */
export const STUCK_MS = 12_000;
/** So many cuts within so long are the network's doing, and are said for so long. */
const MANY_CUTS = 5;
const CUTS_WITHIN_MS = 600_000;
const SAID_MS = 10_000;
const CLOSE_KICKED = 4501;
const CLOSE_ELSEWHERE = 4502;

/** Whose session it is. */
export interface SessionOwner {
  /** Is told of each message, with the view after it and the one before it: for sounds and announcements. */
  message: (message: AnyServerMessage, view: View | null, before: View | null) => void;
  /** Begins another object: this one's token is no longer good. */
  begin: (beginning: Beginning) => void;
  /** A message could not be taken in. */
  failed: (where: PagePart, error: unknown) => void;
}

export class Session {
  view = $state.raw<View | null>(null);
  connection = $state<SocketState>("connecting");
  ending = $state<Ending | null>(null);
  /** Why the session before could not be resumed, for the page where one starts. */
  readonly refused: Refused | null;
  /** No connection came about for so long that the network may not let it through. */
  stuck = $state(false);
  /** The network has cut the connection again and again, not long ago. */
  severed = $state(false);
  #cuts: number[] = [];
  #severing: ReturnType<typeof setTimeout> | undefined;
  /** The server refuses a connection of this page, as it was asked for by this name. */
  refusedAs = $state<string | null>(null);
  readonly role: Role;
  /** Aborts when the page has another session, or none. */
  readonly disposed: AbortSignal;
  readonly #disposing = new AbortController();
  /** The token of the session that is played, also where the browser keeps nothing. */
  #token: string | null;
  #code: string | null;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  readonly #socket: Socket;
  readonly #clock: ServerClock;
  readonly #owner: SessionOwner;
  #tick = () => {};
  readonly #ticks = createSubscriber((update) => {
    this.#tick = update;
    const timer = setInterval(update, TICK_MS);
    return () => clearInterval(timer);
  });
  /** What is known; `view` is what is drawn of it. */
  #latest: View | null = null;
  #drawing: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param beginning which session to resume, if this browser has a token for it.
   * @param remote whether this is the host's second device.
   */
  constructor(role: Role, beginning: Beginning, owner: SessionOwner, remote = false) {
    const { code = null, token, refused = null, failed } = beginning;
    this.role = role;
    this.refused = refused;
    this.disposed = this.#disposing.signal;
    this.#code = code;
    this.#token = token ?? (code && tokenFor(role, code));
    this.#owner = owner;
    this.#clock = new ServerClock((t0) => this.#socket.syncClock(t0));
    this.#socket = new Socket(() => new WebSocket(socketAddress()), {
      token: () => this.#token,
      remote: remote || undefined,
      state: (state) => this.#stateChanged(state),
      message: (message) => this.#received(message),
      over: (code) => this.#over(code),
      resumeRefused: (refused) => this.#resumeRefused(refused),
      failed: (error) => owner.failed("message", error),
    });
    this.#watch();
    this.#socket.connect();
    if (failed) this.send({ type: "report_failure", where: failed }).catch(() => {});
  }

  /** How to resume it. */
  get seat(): Beginning {
    return { code: this.#code, token: this.#token ?? undefined };
  }

  /** Ends it for this page: no listener, timer or command is left. The token is kept. */
  dispose(): void {
    this.#disposing.abort();
    for (const timer of [this.#waiting, this.#drawing, this.#severing]) clearTimeout(timer);
    this.#clock.stop();
    this.#socket.dispose();
  }

  /** Whether a kept token is being tried: the page does not know yet what it will show. */
  get resuming(): boolean {
    return !this.view && !this.ending && this.#token !== null;
  }

  /** The server's time, in ms; what reads it in a template or an effect is run again as time passes. */
  get now(): number {
    this.#ticks();
    return this.#clock.now();
  }

  /** Whether a moment of the server's clock has come; what reads it is run again just then, not at the next tick. */
  reached(moment: number): boolean {
    const left_ms = moment - this.now;
    if (left_ms > 0 && left_ms <= TICK_MS) setTimeout(this.#tick, left_ms);
    return left_ms <= 0;
  }

  /** Whether the options of the question are open: not while a clock stands that was stopped before. */
  get isOpen(): boolean {
    const { opens_at = 0, stopped_at = null } = this.view ?? {};
    return (stopped_at === null || stopped_at >= opens_at) && this.reached(opens_at);
  }

  /** Milliseconds until a moment of the server's clock, without running again. */
  msUntil(moment: number): number {
    return moment - this.#clock.now();
  }

  /** Sends a command; with the id of an earlier one, that one again. @throws Refused */
  send(command: Command, resent?: () => void, id?: string): Promise<AnyServerMessage> {
    return this.#socket.send(command, resent, id);
  }

  /** Takes in what a reply means, where no message says it. */
  know(change: (view: View) => View): void {
    if (!this.#latest) return;
    this.#latest = change(this.#latest);
    this.#draw(0);
  }

  /** Gives the seat up: nothing is kept to resume it with. */
  forget(): void {
    if (this.#code) forgetToken(this.role, this.#code);
    this.#token = null;
  }

  #stateChanged(state: SocketState): void {
    if (this.connection === "open" && state === "waiting") this.#noteCut();
    this.connection = state;
    if (state === "open") this.#clock.startRound();
    if (state === "open" || state === "over") {
      clearTimeout(this.#waiting);
      this.#waiting = undefined;
      this.stuck = false;
    } else this.#waiting ??= setTimeout(() => void this.#findOutWhy(), STUCK_MS);
  }

  /** A page that is not seen loses its connection for reasons of its own. */
  #noteCut(): void {
    if (document.visibilityState !== "visible") return;
    const now = performance.now();
    this.#cuts = [...this.#cuts.filter((at) => at > now - CUTS_WITHIN_MS), now];
    if (this.#cuts.length < MANY_CUTS) return;
    this.severed = true;
    clearTimeout(this.#severing);
    this.#severing = setTimeout(() => (this.severed = false), SAID_MS);
  }

  async #findOutWhy(): Promise<void> {
    this.stuck = true;
    const reached = await askHowReached();
    this.refusedAs = reached?.refuses === "origin" ? reached.host : null;
  }

  #received(message: AnyServerMessage): void {
    if (message.type === "clock") return this.#clock.add(message);
    if ("session" in message) this.#clock.guess(message.session.server_time);
    if (message.type === "session_created")
      this.#keep(message.code, message.host_token, message.session.title, message.join_url);
    if (message.type === "joined") this.#keep(message.code, message.player_token, message.session.title);
    if (message.type === "resumed") this.#keepResumed(message);
    if (message.type === "session_closed")
      this.#end(message.reason === "lost" || message.reason === "idle" ? message.reason : "closed");
    const before = this.#latest;
    this.#latest = reduce(before, message);
    // A server of version 0.1.0 does not say where to join: the page knows it from when the session was opened.
    if (message.type === "resumed" && this.#latest)
      this.#latest.join_url ??= keptToken(this.role, message.code)?.join_url;
    this.#socket.attend(this.#latest?.phase === "question" && this.#latest.you?.answered === false);
    this.#owner.message(message, this.#latest, before);
    this.#draw(FOLLOWED.has(message.type) ? FOLLOWED_MS : 0);
  }

  #draw(wait_ms: number): void {
    clearTimeout(this.#drawing);
    if (wait_ms) this.#drawing = setTimeout(() => this.#draw(0), wait_ms);
    else this.view = this.#latest;
  }

  /** Into this tab, too: from now on it is the seat of the tab, whatever another one keeps in the browser. */
  #keepResumed({ code, session, join_url }: Resumed): void {
    if (this.#token) this.#keep(code, this.#token, session.title, join_url ?? keptToken(this.role, code)?.join_url);
  }

  #keep(code: string, token: string, title: string, join_url?: string): void {
    this.#code = code;
    this.#token = token;
    keepToken(this.role, code, token, title, join_url);
  }

  #over(code: number): void {
    if (code === CLOSE_ELSEWHERE) this.ending = "elsewhere";
    else this.#end(code === CLOSE_KICKED ? "kicked" : (this.ending ?? "closed"));
  }

  #end(ending: Ending): void {
    this.ending = ending;
    this.forget();
  }

  #resumeRefused(refused: Refused): void {
    this.forget();
    this.#owner.begin({ refused });
  }

  #watch(): void {
    const { disposed: signal } = this;
    addEventListener("online", () => this.#socket.wake(), { signal });
    addEventListener("offline", () => this.#socket.doubt(), { signal });
    const seen = () => {
      if (document.visibilityState !== "visible") return;
      this.#socket.wake();
      this.#clock.startRound();
    };
    document.addEventListener("visibilitychange", seen, { signal });
  }
}
