/** A server's part of the conversation, inside the page: it answers as a state of the gallery says. */

import type { AnyClientMessage, AnyServerMessage, Error as ErrorMessage, Resumed } from "../wire/protocol";
import type { Reached } from "../wire/reached";

type Without<T, Key extends string> = T extends unknown ? Omit<T, Key> : never;
type Answer = Without<AnyServerMessage, "reply_to">;
/** A refusal, as a state gives it. */
export type Refusal = Pick<ErrorMessage, "code" | "message">;

export interface Script {
  /** The answer to a kept token: the whole picture, a refusal, or nothing at all. */
  resumed?: Omit<Resumed, "type"> | Refusal | "silence";
  /** What is said after it. */
  then?: Answer[];
  /** Answers to commands, by type; others are `ok`. Null: none comes. */
  answers?: Partial<Record<AnyClientMessage["type"], Answer | null>>;
  /** Whether a connection comes about, and stays; `once`: it is cut after its first answer. */
  connects?: "never" | "once";
  /** What the server says to how it is reached; undefined: it does not answer. */
  reached?: Reached;
  /** The addresses that it tells a page on its own machine. */
  addresses?: { urls: string[]; enclosure: string | null };
  /** At last the connection is closed with this code; 1006 is a lost network, which does not come back. */
  close?: number;
}

/** The server's clock does not move, so that a state looks the same however long it is looked at. */
export const NOW = 1_800_000_000_000;
const LOST = 1006;

/** Puts such a server in the place of the network. */
export function serve(script: Script): void {
  let lost = false;
  class Connection {
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: string }) => void) | null = null;
    onclose: ((event: { code: number; reason: string }) => void) | null = null;

    constructor() {
      const cut = () => this.onclose?.({ code: LOST, reason: "" });
      queueMicrotask(() => (script.connects === "never" ? cut() : !lost && this.onopen?.()));
    }

    send(text: string): void {
      const command = JSON.parse(text) as AnyClientMessage;
      queueMicrotask(() => this.#answer(command));
    }

    close(): void {}

    #answer(command: AnyClientMessage): void {
      if (command.type === "sync_clock") {
        this.#say({ type: "clock", t0: command.t0, t1: NOW, t2: NOW }, command);
        if (script.connects === "once") this.onclose?.({ code: LOST, reason: "" });
        return;
      }
      if (command.type === "resume_session") return this.#resume(command);
      const answer = script.answers?.[command.type];
      if (answer !== null) this.#say(answer ?? { type: "ok" }, command);
    }

    #resume(command: AnyClientMessage): void {
      const { resumed = "silence", then = [], close } = script;
      if (resumed === "silence") return;
      if ("message" in resumed) return this.#say({ type: "error", ...resumed }, command);
      this.#say({ type: "resumed", ...resumed }, command);
      for (const message of then) this.#say(message);
      if (close === undefined) return;
      lost = close === LOST;
      this.onclose?.({ code: close, reason: "" });
    }

    #say(answer: Answer, command?: AnyClientMessage): void {
      this.onmessage?.({ data: JSON.stringify(command ? { ...answer, reply_to: command.id } : answer) });
    }
  }
  Object.assign(window, { WebSocket: Connection });
  const load = window.fetch.bind(window);
  window.fetch = async (asked, how) => {
    if (asked === "/addresses" && script.addresses) return Response.json(script.addresses);
    if (typeof asked !== "string" || !asked.startsWith("/reached")) return load(asked, how);
    return script.reached ? Response.json(script.reached) : Response.error();
  };
}
