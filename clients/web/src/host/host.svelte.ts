/**
 * What the host does: opens a session, leads it through its questions, locks, removes, ends.
 *
 * The results of a question are shown on two boards, one after the other; which one is up is the host's own
 * matter and not the server's. A removal can be taken back for a few seconds, while the player is hidden already.
 */

import { announce } from "../lib/announce";
import type { AnyServerMessage, Quiz, Settings } from "../lib/protocol";
import type { View } from "../lib/reducer";
import { Session } from "../lib/session.svelte";
import { type Command, Refused } from "../lib/socket";
import { Sounds } from "../lib/sound";
import { WakeLock } from "../lib/wakelock";
import { refusalText } from "../lib/wording";

export type Board = "results" | "leaderboard";

const UNDO_MS = 5000;
/** Above this, hearing every name would be no help. */
const MOST_NAMED = 20;

export class Host {
  readonly session: Session;
  readonly sounds = new Sounds("host");
  readonly #wakeLock = new WakeLock();
  board = $state<Board>("results");
  soundOn = $state(this.sounds.on);
  /** The browser lets the page be heard only after a click or a key. */
  soundWaiting = $state(navigator.userActivation?.hasBeenActive === false);
  /** A command is on its way. */
  busy = $state(false);
  problem = $state("");
  /** Who is being removed, and can still be kept. */
  removing = $state.raw<{ id: string; name: string } | null>(null);
  #removal: ReturnType<typeof setTimeout> | undefined;
  #turning: ReturnType<typeof setTimeout> | undefined;

  /** @param code the session of this page's address, if it names one. */
  constructor(code: string | null) {
    this.session = new Session("host", code, (message, view) => this.#received(message, view));
    for (const gesture of ["pointerup", "keydown"]) addEventListener(gesture, () => (this.soundWaiting = false), { once: true });
  }

  /** Opens a session and its lobby. @throws Refused */
  async create(quiz: Quiz, settings: Settings): Promise<void> {
    await this.session.send({ type: "create_session", quiz, settings });
    history.replaceState(null, "", `#${this.session.view?.code}`);
  }

  /** Goes on with a session of this browser. */
  resume(code: string): void {
    history.replaceState(null, "", `#${code}`);
    this.session.resume(code);
  }

  start(): Promise<void> {
    return this.#do({ type: "start_quiz" });
  }

  closeQuestion(): Promise<void> {
    return this.#do({ type: "close_question" });
  }

  lock(locked: boolean): Promise<void> {
    return this.#do({ type: "lock_session", locked });
  }

  /** Ends the session for everyone and goes back to the start. */
  async end(): Promise<void> {
    await this.#do({ type: "end_session" });
    this.leave();
  }

  /** Leaves a session that is over. */
  leave(): void {
    history.replaceState(null, "", "/host");
    this.session.forget();
  }

  /** The next thing after the results: the leaderboard where it changed and is not the last, else the next question. */
  async next(): Promise<void> {
    if (this.board === "results" && this.leaderboardNext) {
      this.#turnTo("leaderboard");
      return;
    }
    await this.#do({ type: "next_question" });
  }

  get last(): boolean {
    const question = this.session.view?.question;
    return question !== undefined && question.index + 1 >= question.total;
  }

  /** After the last question the podium tells it all, and a poll moves nobody. */
  get leaderboardNext(): boolean {
    return !this.last && this.session.view?.question?.kind !== "poll";
  }

  /** Hides a player now and removes them when nobody has objected. */
  remove(id: string, name: string): void {
    this.#removeNow();
    this.removing = { id, name };
    this.#removal = setTimeout(() => this.#removeNow(), UNDO_MS);
  }

  keep(): void {
    clearTimeout(this.#removal);
    this.removing = null;
  }

  switchSound(on: boolean): void {
    this.sounds.on = on;
    this.soundOn = on;
  }

  #removeNow(): void {
    const removing = this.removing;
    this.keep();
    if (removing) void this.#do({ type: "kick_player", player_id: removing.id });
  }

  async #do(command: Command): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      await this.session.send(command);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // The time ran out, or another tap was quicker: what was wanted has happened.
      if (error.code !== "wrong_phase") this.problem = refusalText(error);
    } finally {
      this.busy = false;
    }
  }

  #turnTo(board: Board): void {
    clearTimeout(this.#turning);
    this.board = board;
    if (board === "leaderboard") this.sounds.play("leaderboard");
  }

  #received(message: AnyServerMessage, view: View | null): void {
    switch (message.type) {
      case "players_joined":
        if (message.player_count <= MOST_NAMED) announce(`${message.players.map((player) => player.name).join(", ")} joined`);
        break;
      case "new_question":
        this.#turnTo("results");
        this.sounds.play("question");
        break;
      case "question_results":
        this.#closed(view);
        break;
      case "quiz_ended":
        this.sounds.play("podium");
        break;
    }
    this.#wakeLock.want(view !== null && view.phase !== "ended" && !this.session.ending);
  }

  #closed(view: View | null): void {
    this.sounds.play("correct");
    const { results } = view ?? {};
    if (results) announce(`The question is closed. ${results.answered} of ${results.total} have answered.`);
    const auto_advance_ms = view?.settings.auto_advance_ms;
    if (auto_advance_ms && this.leaderboardNext) this.#turning = setTimeout(() => this.#turnTo("leaderboard"), auto_advance_ms / 2);
  }
}
