/**
 * The one WebSocket of a page, across as many connections as it takes.
 *
 * Each command gets an unguessable id and exactly one reply; what was not answered when a connection
 * went is sent again with the same id on the next one, after `resume_session`, in the order it was given.
 * States: connecting (also while resuming), open, waiting (for the next attempt), over (for good).
 */

import { backoffMs } from "./backoff";
import type { AnyClientMessage, AnyServerMessage, Error as ErrorMessage, SyncClock } from "./protocol";

export type SocketState = "connecting" | "open" | "waiting" | "over";
type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;
export type Command = WithoutId<Exclude<AnyClientMessage, SyncClock>>;
type WebSocketLike = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose">;

export const LIVENESS_INTERVAL_MS = 10_000;
export const LIVENESS_TIMEOUT_MS = 5_000;
/** As above, while a moment counts: a way that was cut in silence is found before a question of ten seconds is over. */
export const ATTENTIVE_INTERVAL_MS = 3_000;
export const ATTENTIVE_TIMEOUT_MS = 3_000;
/** A command that is not answered by then makes the connection prove that it lives. */
export const REPLY_MS = 1_000;
/** As above, when the device itself says that it is offline. */
export const OFFLINE_TIMEOUT_MS = 1_000;
/**
 * As above, when the page is seen again or the device has a network again: what was connected before may be gone with
 * nobody told, and a phone that is unlocked shows the question within a second.
 */
export const WAKE_TIMEOUT_MS = 700;
/** So long a connection that was on its way then may still take. */
export const WAKE_CONNECT_MS = 2_000;
/** On a network that has proved slow an answer may take so many times longer, or nobody would get in there. */
const MOST_PATIENCE = 4;
const CONNECT_TIMEOUT_MS = 10_000;
const RETRY_AFTER_MS = 1_000;
const CLOSE_MESSAGE_TOO_BIG = 1009;
const CLOSE_DRAINING = 1012;
const CLOSE_FINAL = 4500;

/** The server's refusal of a command. */
export class Refused extends Error {
  readonly code: ErrorMessage["code"];
  readonly retry_after_ms: number;
  /** What is wrong with which field of the command, where the server says so. */
  readonly broken: Pick<ErrorMessage, "path" | "rule" | "limit">;

  constructor(error: Omit<ErrorMessage, "type" | "reply_to">) {
    super(error.message);
    this.code = error.code;
    this.broken = error;
    this.retry_after_ms = error.retry_after_ms ?? RETRY_AFTER_MS;
  }
}

export interface SocketEvents {
  /** The token to resume with on a new connection, if there is one. */
  token: () => string | null;
  /** Whether a host's page is the remote control beside the stage. */
  remote?: boolean;
  state: (state: SocketState) => void;
  message: (message: AnyServerMessage) => void;
  /** The connection was closed for good, with a code from 4500 to 4999. */
  over: (code: number) => void;
  /** The token is not good any more: it is over, too. */
  resumeRefused: (refused: Refused) => void;
  /** A message could not be taken in. */
  failed: (error: unknown) => void;
}

interface Pending {
  text: string;
  resolve: (reply: AnyServerMessage) => void;
  reject: (refused: Refused) => void;
  resent: () => void;
  /** How often the server had no room for it. */
  refusals: number;
}

export class Socket {
  #connection: WebSocketLike | null = null;
  #attempt = 0;
  #resuming = false;
  #state: SocketState = "waiting";
  #retry: ReturnType<typeof setTimeout> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #liveness: ReturnType<typeof setInterval> | undefined;
  #attentive = false;
  /** How many times longer than usual an answer may take now; it doubles with each that did not come. */
  #patience = 1;
  #promptUntil = 0;
  readonly #pending = new Map<string, Pending>();
  readonly #events: SocketEvents;
  readonly #open: () => WebSocketLike;

  constructor(open: () => WebSocketLike, events: SocketEvents) {
    this.#open = open;
    this.#events = events;
  }

  /** Connects at once, whatever it was waiting for. */
  connect(): void {
    this.#drop();
    const connection = this.#open();
    this.#connection = connection;
    this.#setState("connecting");
    this.#deadline = setTimeout(() => this.#lost(backoffMs(this.#attempt++)), CONNECT_TIMEOUT_MS);
    connection.onopen = () => this.#opened();
    connection.onmessage = (event) => this.#take(event.data as string);
    connection.onclose = (event) => this.#closed(event.code, event.reason);
  }

  /** The network or the page came back: tries now what it would have tried later. */
  wake(): void {
    if (this.#state === "waiting") return this.connect();
    if (this.#state === "over") return;
    this.#answered();
    if (this.#state === "open") this.#probe(WAKE_TIMEOUT_MS);
    else this.#expectAnswer(WAKE_CONNECT_MS);
  }

  /** Whether the connection is looked at more often: while a question is open, and this page has not answered. */
  attend(attentive: boolean): void {
    if (attentive === this.#attentive) return;
    this.#attentive = attentive;
    if (this.#state === "open") this.#lookAgain();
  }

  /** The device says that it is offline. It may be wrong (the server can be on it): finds out soon. */
  doubt(): void {
    if (this.#state !== "open") return;
    this.#answered();
    this.#probe(OFFLINE_TIMEOUT_MS);
  }

  /**
   * Sends a command, and again on later connections until it is answered.
   *
   * @param resent is called each time it has to be sent again.
   * @param id the same as of a command that was sent before, where this is that command.
   * @throws Refused with the server's error.
   */
  send(command: Command, resent: () => void = () => {}, id = randomId()): Promise<AnyServerMessage> {
    if (this.#state === "over") return Promise.reject(sessionOver());
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { text: JSON.stringify({ ...command, id }), resolve, reject, resent, refusals: 0 });
      if (this.#state === "open") this.#transmit(id);
      else if (this.#state === "waiting") resent();
    });
  }

  /** Asks for the server's clock; the answer comes as a message. Lost if there is no connection. */
  syncClock(t0: number): void {
    if (this.#state === "open") this.#connection?.send(JSON.stringify({ type: "sync_clock", t0 }));
  }

  /** Ends it for good; what was not answered is rejected. */
  dispose(): void {
    this.#end(sessionOver());
  }

  #opened(): void {
    this.#answered();
    const token = this.#events.token();
    if (token) this.#resume(token);
    else this.#ready();
  }

  #resume(token: string): void {
    this.#resuming = true;
    this.#connection?.send(
      JSON.stringify({ type: "resume_session", id: randomId(), token, remote: this.#events.remote }),
    );
    this.#expectAnswer();
  }

  #ready(): void {
    this.#resuming = false;
    this.#setState("open");
    this.#lookAgain();
    for (const id of this.#pending.keys()) this.#transmit(id);
  }

  #lookAgain(): void {
    clearInterval(this.#liveness);
    this.#liveness = setInterval(() => this.#probe(), this.#attentive ? ATTENTIVE_INTERVAL_MS : LIVENESS_INTERVAL_MS);
  }

  /** The reply may take long where many answer at once; that the gateway is there shows by its clock. */
  #transmit(id: string): void {
    const connection = this.#connection;
    connection?.send(this.#pending.get(id)!.text);
    setTimeout(() => {
      if (this.#pending.has(id) && this.#state === "open" && connection === this.#connection)
        this.#probe(ATTENTIVE_TIMEOUT_MS);
    }, REPLY_MS);
  }

  /** One that throws would leave the page behind with nobody knowing. */
  #take(text: string): void {
    try {
      this.#received(JSON.parse(text) as AnyServerMessage);
    } catch (error) {
      this.#events.failed(error);
    }
  }

  #received(message: AnyServerMessage): void {
    if (this.#deadline !== undefined && performance.now() <= this.#promptUntil) this.#patience = 1;
    this.#answered();
    if (this.#resuming && message.type === "error") return this.#notResumed(new Refused(message));
    this.#attempt = 0;
    this.#events.message(message);
    if (message.type === "resumed") return this.#ready();
    const id = message.reply_to;
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (!id || !pending) return;
    if (message.type === "error" && message.code === "unavailable")
      return this.#again(id, pending, new Refused(message));
    this.#pending.delete(id);
    if (message.type === "error") pending.reject(new Refused(message));
    else pending.resolve(message);
  }

  #notResumed(refused: Refused): void {
    if (refused.code === "unavailable" || refused.code === "rate_limited") {
      this.#attempt++;
      return this.#lost(refused.retry_after_ms + backoffMs(this.#attempt));
    }
    this.#end(refused);
    this.#events.resumeRefused(refused);
  }

  /** Nothing was lost and nothing was done: the same command, a little later. */
  #again(id: string, pending: Pending, refused: Refused): void {
    pending.resent();
    const wait_ms = refused.retry_after_ms + backoffMs(pending.refusals++);
    setTimeout(() => {
      if (this.#pending.has(id) && this.#state === "open") this.#transmit(id);
    }, wait_ms);
  }

  #probe(timeout_ms = this.#attentive ? ATTENTIVE_TIMEOUT_MS : LIVENESS_TIMEOUT_MS): void {
    if (this.#deadline !== undefined) return;
    this.syncClock(performance.now());
    this.#expectAnswer(timeout_ms);
  }

  /** Any message shows that the connection lives; none in time, and it is given up. */
  #expectAnswer(timeout_ms = LIVENESS_TIMEOUT_MS): void {
    // A quick look asks whether the way is still there, which says nothing about how slow it may be.
    const patient = timeout_ms >= ATTENTIVE_TIMEOUT_MS;
    const unanswered = () => {
      if (patient) this.#patience = Math.min(MOST_PATIENCE, 2 * this.#patience);
      // A resume that is not answered meets a server that is slow for everybody: no page may come back in step with others.
      this.#lost(this.#resuming ? backoffMs(this.#attempt++) : 0);
    };
    this.#promptUntil = performance.now() + timeout_ms;
    this.#deadline = setTimeout(unanswered, patient ? timeout_ms * this.#patience : timeout_ms);
  }

  #answered(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  #closed(code: number, reason: string): void {
    if (code >= CLOSE_FINAL && code < 5000) {
      this.#end(sessionOver());
      this.#events.over(code);
      return;
    }
    if (code === CLOSE_MESSAGE_TOO_BIG)
      this.#rejectAll(new Refused({ code: "bad_message", message: "the message is too big" }));
    this.#lost(code === CLOSE_DRAINING ? Number.parseInt(reason, 10) || 0 : backoffMs(this.#attempt++));
  }

  #end(refused: Refused): void {
    this.#drop();
    this.#setState("over");
    this.#rejectAll(refused);
  }

  #lost(wait_ms: number): void {
    this.#drop();
    this.#setState("waiting");
    for (const pending of this.#pending.values()) pending.resent();
    this.#retry = setTimeout(() => this.connect(), wait_ms);
  }

  #drop(): void {
    clearTimeout(this.#retry);
    clearInterval(this.#liveness);
    this.#answered();
    this.#resuming = false;
    const connection = this.#connection;
    this.#connection = null;
    if (!connection) return;
    connection.onopen = connection.onmessage = connection.onclose = null;
    connection.close();
  }

  #rejectAll(refused: Refused): void {
    for (const pending of this.#pending.values()) pending.reject(refused);
    this.#pending.clear();
  }

  #setState(state: SocketState): void {
    this.#state = state;
    this.#events.state(state);
  }
}

function sessionOver(): Refused {
  return new Refused({ code: "session_ended", message: "the session is over for this page" });
}

/** 128 random bits. `crypto.randomUUID` is missing on plain http, where a quiz in a classroom runs. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
