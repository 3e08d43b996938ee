/** Stand-ins for the tests: a WebSocket whose other end the test holds, and what a server would say. */

import { afterEach, beforeEach, vi } from "vitest";
import type { AnyServerMessage, PublicQuestion, SessionView, You } from "./protocol";

type Said = {
  [Type in AnyServerMessage as Type["type"]]: Partial<Type> & { type: Type["type"] };
}[AnyServerMessage["type"]];

export class FakeConnection {
  sent: Record<string, unknown>[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  say(message: Said) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  drop(code = 1006, reason = "") {
    this.onclose?.({ code, reason });
  }
  /** The last command of a type. */
  command(type: string) {
    return this.sent.findLast((command) => command.type === type);
  }
  /** Answers the last command of a type. */
  answer(type: string, message: Said) {
    this.say({ ...message, reply_to: String(this.command(type)?.id) });
  }
}

/** Replaces the browser's WebSocket. Returns how to get the newest connection. */
export function fakeServer(): () => FakeConnection {
  const connections: FakeConnection[] = [];
  vi.stubGlobal(
    "WebSocket",
    class {
      constructor() {
        connections.push(new FakeConnection());
        return connections.at(-1) as FakeConnection;
      }
    },
  );
  return () => connections.at(-1) as FakeConnection;
}

/** For the tests of a page: before each, the browser has kept nothing, its clock stands, and there is a new server. */
export function freshServer(): () => FakeConnection {
  let connection: () => FakeConnection;
  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    sessionStorage.clear();
    connection = fakeServer();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  return () => connection();
}

/** Lets what was promised happen. */
export const settle = () => vi.advanceTimersByTimeAsync(0);

export const QUESTION: PublicQuestion = {
  index: 0,
  total: 3,
  kind: "single",
  text: "Capital of Kenya?",
  image: null,
  options: [{ text: "Nairobi" }, { text: "Mombasa" }],
  points: 1000,
  time_limit_ms: 10_000,
};

export const SESSION: SessionView = {
  code: "123456",
  title: "Capitals",
  phase: "lobby",
  seq: 1,
  locked: false,
  player_count: 1,
  settings: {} as SessionView["settings"],
  server_time: 1,
  host_connected: true,
  paused: false,
};

/** The player "Ada", who has just joined. */
export const YOU: You = {
  player_id: "a",
  name: "Ada",
  avatar: "x",
  total_points: 0,
  rank: null,
  streak: 0,
  answered: false,
  answer: null,
  extra_time_percent: 0,
  asks_extra_time: false,
};
