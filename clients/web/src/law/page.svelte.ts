/** A page that lives through a conversation, as it is or with a cut in it, and what it shows. */

import { vi } from "vitest";
import type { View } from "../game/reducer";
import { Host } from "../host/host.svelte";
import { hostPage } from "../host/testing";
import { Player } from "../player/player.svelte";
import { playerPage } from "../player/testing";
import { playOf } from "../kinds/play";
import type { AnyServerMessage } from "../wire/protocol";
import { keepToken } from "../wire/tokens";
import type { Conversation, Said, Step } from "./conversation";

const CODE = "123456";
const DRAWN_MS = 50;
/** Which command a reply answers. */
const ANSWERS: Partial<Record<AnyServerMessage["type"], string>> = {
  joined: "join_session",
  session_created: "create_session",
  answer_accepted: "submit_answer",
  ok: "ask_extra_time",
};

/** How a page loses its connection and comes back. */
export type Way = "network" | "network, nothing kept" | "network, twice" | "reload" | "reload, twice" | "second tab";
export const WAYS: readonly Way[] = [
  "network",
  "network, nothing kept",
  "network, twice",
  "reload",
  "reload, twice",
  "second tab",
];

class Connection {
  sent: { type: string; id?: string; t0?: number }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  send(text: string) {
    const command = JSON.parse(text) as (typeof this.sent)[number];
    this.sent.push(command);
    // The clock is told by a gateway, whatever else is said.
    const clock = () => this.say({ type: "clock", t0: command.t0!, t1: Date.now(), t2: Date.now() });
    if (command.type === "sync_clock") setTimeout(clock, 1);
  }
  close() {}
  say(message: object, answered?: string) {
    const reply_to = answered && this.sent.findLast((command) => command.type === answered)?.id;
    this.onmessage?.({ data: JSON.stringify({ ...message, reply_to }) });
  }
}

export class Page {
  readonly #conversation: Conversation;
  #life: { readonly current: Host | Player };
  #connection!: Connection;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
    localStorage.clear();
    sessionStorage.clear();
    vi.clearAllTimers();
    vi.setSystemTime(conversation.steps[0]!.at);
    const made = (connection: Connection) => (this.#connection = connection);
    vi.stubGlobal(
      "WebSocket",
      class extends Connection {
        constructor() {
          super();
          made(this);
        }
      },
    );
    if (conversation.who === "remote") keepToken("host", CODE, "token", "");
    this.#life = this.#open(conversation.who === "remote" ? CODE : null);
    this.#connection.onopen?.();
    const { current } = this.#life;
    if (current instanceof Player) void current.join(CODE, "Ada", "x").catch(() => {});
    else if (conversation.who === "host") void current.create({ title: "", questions: [] }, {}).catch(() => {});
  }

  #open(code: string | null): { readonly current: Host | Player } {
    const { who } = this.#conversation;
    return who === "player" ? playerPage(code) : hostPage(code, who === "remote");
  }

  /** Time passes until a step, and its person does what the step says. */
  async until(step: Step): Promise<void> {
    vi.advanceTimersByTime(Math.max(0, step.at - Date.now()));
    this.#does(step);
    await settle();
  }

  async hears(said: readonly Said[]): Promise<void> {
    for (const message of said) {
      if (message.close !== undefined) this.#connection.onclose?.({ code: message.close, reason: "" });
      else if (!("seq" in message && this.#conversation.who !== "player" && message.type === "host_left"))
        this.#connection.say(this.#withToken(message), ANSWERS[message.type]);
    }
    await settle();
  }

  /** The connection goes without a word. */
  lose(way: Way): void {
    if (way === "network, nothing kept" || way === "second tab") sessionStorage.clear();
    if (way === "network, nothing kept") localStorage.clear();
    if (way.startsWith("network")) this.#connection.onclose?.({ code: 1006, reason: "" });
    else {
      this.#life.current.dispose();
      this.#life = this.#open(CODE);
    }
  }

  /** It is back, and the server says the whole picture; what is sent again gets its reply again. */
  async comesBack(step: Step, way: Way): Promise<void> {
    for (let times = way.endsWith("twice") ? 2 : 1; times > 0; times--) {
      if (times < 2 && way.endsWith("twice")) this.lose(way);
      dispatchEvent(new Event("online"));
      this.#connection.onopen?.();
      // Who goes along into another session has nothing to resume.
      if (this.#connection.sent.some(({ type }) => type === "resume_session"))
        this.#connection.say(step.resumed!, "resume_session");
    }
    for (const command of this.#connection.sent) {
      const reply = step.said.find(
        (message) => !message.close && ANSWERS[(message as AnyServerMessage).type] === command.type,
      );
      if (reply) this.#connection.say(reply, command.type);
    }
    await settle();
  }

  /** The host turns from the results to the leaderboard by hand. */
  turns(): void {
    const { current } = this.#life;
    if (!(current instanceof Host) || current.remote) return;
    if (current.session.view?.phase === "results" && current.board === "results" && current.leaderboardNext)
      void current.next();
  }

  /** What was said is drawn: messages that belong together, together. */
  draws(): void {
    vi.advanceTimersByTime(DRAWN_MS);
  }

  /** All that is shown. What is counted and has not been told yet is left out. */
  shows(settled: boolean, way: Way | null = null): object {
    const { current } = this.#life;
    const { view, ending } = current.session;
    if (current instanceof Player && current.following) return current.following;
    const shown = { view: view && seen(view, settled), ending };
    // Another tab is another stage: it begins with the results, unless it turns by itself.
    if (current instanceof Host) return { ...shown, board: way === "second tab" ? null : current.board };
    const asked = view?.phase === "question" || view?.phase === "results";
    const { chosen, given, submission } = current;
    return { ...shown, ...(asked ? { chosen, given, submission } : {}) };
  }

  dispose(): void {
    this.#life.current.dispose();
  }

  #does({ does }: Step): void {
    const { current } = this.#life;
    if (!does || !(current instanceof Player)) return;
    if (does.type === "ask_extra_time") return void current.askExtraTime().catch(() => {});
    const question = current.session.view!.question!;
    const most = playOf(question.kind).most(question);
    // Of the other kinds a view of their own collects the answer.
    if (most === null || typeof does.answer === "string") return void current.send(does.answer);
    for (const option of [does.answer].flat()) current.choose(option);
    if (most !== 1) void current.submit();
  }

  #withToken(message: AnyServerMessage): AnyServerMessage {
    if (message.type === "joined") return { ...message, player_token: "token" };
    return message.type === "session_created" ? { ...message, host_token: "token" } : message;
  }
}

/** Lets what was promised happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
  vi.advanceTimersByTime(0);
}

function seen(view: View, settled: boolean): unknown {
  const { players, you, player_count, answered, total, ...rest } = view;
  const asking = view.phase === "question";
  // Players are told how many there are in the lobby only.
  const count = view.role === "host" || view.phase === "lobby" ? player_count : undefined;
  return {
    ...rest,
    seq: undefined,
    server_time: undefined,
    you: you && { ...you, answer: undefined },
    ...(settled || !asking ? { answered, total } : {}),
    // The host is told of points by boards and results, not in the list.
    ...(settled ? { count, players: [...players.values()].map((player) => ({ ...player, points: undefined })) } : {}),
  };
}

/** Whether two things are the same; what is undefined is not there. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  if (Array.isArray(one) && one.length !== (other as unknown[]).length) return false;
  const [mine, theirs] = [one as Record<string, unknown>, other as Record<string, unknown>];
  for (const key in mine) if (!isSame(mine[key], theirs[key])) return false;
  for (const key in theirs) if (theirs[key] !== undefined && !(key in mine)) return false;
  return true;
}
