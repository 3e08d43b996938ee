/**
 * Does this network let QuickPoll through? Asks the server by a plain request, then opens a WebSocket as a player's page
 * does, and keeps it for as long as filters take to cut one.
 */

import { type Reached, askHowReached } from "../wire/reached";

/** `through` is said at once, and stands unless the connection is cut while it is watched. */
export type Verdict = "checking" | "through" | "blocked" | "cut" | "origin" | "full" | "away";
type Connection = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose">;

export const OPENS_WITHIN_MS = 10_000;
/** Filters cut what is open for 30 or 60 s. */
export const WATCHED_S = 65;
/** As often as the page of a player says something. */
export const SAYS_EVERY_S = 10;

export class Check {
  verdict = $state<Verdict>("checking");
  /** The name by which the server was asked. */
  host = $state("");
  /** How long an answer takes; null: there was none yet. */
  roundTrip_ms = $state<number | null>(null);
  /** For how many more seconds the connection is watched. */
  left_s = $state(WATCHED_S);
  readonly #open: () => Connection;
  readonly #ask: () => Promise<Reached | null>;
  #connection: Connection | null = null;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #second: ReturnType<typeof setInterval> | undefined;
  #said_ms = 0;

  constructor(open: () => Connection, ask = askHowReached) {
    this.#open = open;
    this.#ask = ask;
  }

  /** After how many seconds the connection was cut. */
  get lasted_s(): number {
    return Math.max(1, WATCHED_S - this.left_s);
  }

  /** Looks from the beginning. */
  async run(): Promise<void> {
    this.stop();
    this.verdict = "checking";
    this.roundTrip_ms = null;
    this.left_s = WATCHED_S;
    const reached = await this.#ask();
    this.host = reached?.host ?? "";
    if (!reached || reached.refuses) this.verdict = reached?.refuses ?? "away";
    else this.#connect();
  }

  /** Ends the connection; what was found stands. */
  stop(): void {
    clearTimeout(this.#deadline);
    clearInterval(this.#second);
    const connection = this.#connection;
    this.#connection = null;
    if (!connection) return;
    connection.onopen = connection.onmessage = connection.onclose = null;
    connection.close();
  }

  #connect(): void {
    const connection = this.#open();
    this.#connection = connection;
    this.#deadline = setTimeout(() => this.#over(), OPENS_WITHIN_MS);
    connection.onopen = () => this.#say();
    connection.onmessage = () => this.#heard();
    connection.onclose = () => this.#over();
  }

  #say(): void {
    this.#said_ms = performance.now();
    this.#connection?.send(JSON.stringify({ type: "sync_clock", t0: this.#said_ms }));
  }

  #heard(): void {
    clearTimeout(this.#deadline);
    const took_ms = Math.max(1, Math.round(performance.now() - this.#said_ms));
    this.roundTrip_ms = Math.min(this.roundTrip_ms ?? took_ms, took_ms);
    if (this.verdict !== "checking") return;
    this.verdict = "through";
    this.#second = setInterval(() => this.#watch(), 1000);
  }

  #watch(): void {
    if (--this.left_s <= 0) return this.stop();
    if (this.left_s % SAYS_EVERY_S > 0) return;
    this.#say();
    this.#deadline = setTimeout(() => this.#over(), OPENS_WITHIN_MS);
  }

  /** The connection did not come about, was closed, or does not answer any more. */
  #over(): void {
    this.verdict = this.verdict === "checking" ? "blocked" : "cut";
    this.stop();
  }
}
