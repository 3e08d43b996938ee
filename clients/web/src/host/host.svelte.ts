/**
 * What the host does, on the stage or as its remote control: opens a session, leads it through its questions,
 * locks, pauses, gives extra time, removes, ends.
 *
 * The results of a question are shown on two boards, one after the other; which one is up is the stage's own
 * matter and not the server's. So that a remote needs to know nothing of it, a stage that has shown the link for one
 * turns to the leaderboard by itself. A removal can be taken back for a few seconds, while the player is hidden already.
 */

import { playOf } from "../kinds/play";
import { announce } from "../device/announce";
import { t } from "../i18n/i18n.svelte";
import type { AnyServerMessage, ExtraTimePercent, Log, PagePart, Quiz, Results, Settings } from "../wire/protocol";
import type { View } from "../game/reducer";
import type { Beginning, Life } from "../game/life.svelte";
import { Session } from "../game/session.svelte";
import { type Command, Refused } from "../wire/socket";
import type { Sound, Sounds } from "../device/sound.svelte";
import { read, readTab, write, writeTab } from "../device/storage";
import { tokenFor } from "../wire/tokens";
import { WakeLock } from "../device/wakelock";
import { refusalText } from "../i18n/wording";
import { remoteLink, showAddress } from "./address";
import { type Board, boardOf, turnedTo } from "./board";
import { fetchLog } from "./log";
import { continueHere, keepCompany } from "./company";
import { JoinAddress } from "./joinaddress.svelte";
import { keepPlayed } from "./keeping";
import { listed } from "./people";
import { Removal } from "./removal.svelte";
import type { Draft } from "./rulings/rulings.svelte";
import { type Standings, fetchStandings } from "../files/standings";

/** What is open beside the view. */
export type Panel =
  "players" | "missing" | "remote" | "keys" | "address" | "answers" | "lead" | "rulings" | "code" | "dark";

/** Time for the results of a question on a stage that is led from a remote. */
export const TURN_MS = 7000;
/** Above this, hearing every name would be no help. */
const MOST_NAMED = 20;

export class Host {
  readonly session: Session;
  readonly sounds: Sounds;
  readonly #life: Life<Host>;
  readonly #wakeLock: WakeLock;
  /** Whether this is the second device, beside the stage. */
  readonly remote: boolean;
  readonly address = new JoinAddress();
  /** The board that was turned to, with its question; a reload of this tab finds it again. */
  #turned = $state("");
  panel = $state<Panel | null>(null);
  /** The ruling that its dialog begins with; null: with all that can be decided. */
  drafted = $state.raw<Draft | null>(null);
  /** Whether the dialog of rulings has paused the quiz, which moves on when it is closed. */
  #held = false;
  /** The player whose menu is open. */
  chosen = $state<string | null>(null);
  standings = $state.raw<Standings | null>(null);
  /** A command is on its way. */
  busy = $state(false);
  problem = $state("");
  readonly removal = new Removal((player_id) => void this.#do({ type: "kick_player", player_id }));
  #invited = $state(false);
  #turning: ReturnType<typeof setTimeout> | undefined;

  constructor(life: Life<Host>, sounds: Sounds, beginning: Beginning, remote: boolean) {
    this.#life = life;
    this.sounds = sounds;
    this.remote = remote;
    const owner = {
      message: (message: AnyServerMessage, view: View | null, before: View | null) =>
        this.#received(message, view, before),
      begin: (next: Beginning) => life.begin(next),
      failed: (where: PagePart, error: unknown) => life.failed(where, error),
    };
    this.session = new Session("host", beginning, owner, remote);
    this.#wakeLock = new WakeLock(this.session.disposed);
  }

  get seat(): Beginning {
    return this.session.seat;
  }

  dispose(): void {
    clearTimeout(this.#turning);
    this.removal.undo();
    this.session.dispose();
  }

  /** Opens a session and its lobby; `own_words` are for the filter. @throws Refused */
  async create(quiz: Quiz, settings: Settings, own_words: string[] = []): Promise<void> {
    await this.session.send({ type: "create_session", quiz, settings, own_words });
    showAddress(this.session.view?.code ?? null);
  }

  /** Goes on with a session of this browser. */
  resume(code: string): void {
    showAddress(code);
    this.#life.begin({ code });
  }

  start(): Promise<boolean> {
    return this.#do({ type: "start_quiz" });
  }

  closeQuestion(): Promise<boolean> {
    return this.#do({ type: "close_question", question: this.session.view?.question?.index });
  }

  lock(locked: boolean): Promise<boolean> {
    return this.#do({ type: "lock_session", locked });
  }

  pause(paused: boolean): Promise<boolean> {
    return this.#do({ type: "pause_quiz", paused });
  }

  /** Makes a player's time longer, from the next question on. */
  setExtraTime(player_id: string, percent: ExtraTimePercent): Promise<boolean> {
    return this.#do({ type: "set_extra_time", player_id, percent });
  }

  /** Opens the dialog of rulings; the quiz does not move on while it is open. */
  openRulings(draft: Draft | null = null): void {
    this.drafted = draft;
    this.panel = "rulings";
    const { phase, paused } = this.session.view ?? {};
    this.#held = this.moving && phase === "results" && !paused;
    if (this.#held) void this.pause(true);
  }

  /** Whether something was closed that can be ruled about: while results are shown, and after the end. */
  get ruled(): boolean {
    const { phase, question } = this.session.view ?? {};
    return phase === "ended" || (phase === "results" && question !== undefined);
  }

  closeRulings(): void {
    if (this.panel === "rulings") this.panel = null;
    if (this.#held && this.session.view?.phase === "results") void this.pause(false);
    this.#held = false;
  }

  /** Fetches the results of the whole quiz, once. */
  async loadStandings(): Promise<void> {
    this.standings ??= await this.#unlessRefused(() =>
      fetchStandings(async (offset) => (await this.session.send({ type: "get_results", offset })) as Results),
    );
  }

  /** Fetches the log of the session as a file; null where that was refused. */
  fetchLog(): Promise<string | null> {
    return this.#unlessRefused(() =>
      fetchLog(async (cursor) => (await this.session.send({ type: "get_log", cursor })) as Log),
    );
  }

  /** Sends a command that a dialog needs the reply to; null where it was refused, which the page then says. */
  ask<Reply extends AnyServerMessage>(command: Command): Promise<Reply | null> {
    this.problem = "";
    return this.#unlessRefused(async () => (await this.session.send(command)) as Reply);
  }

  async #unlessRefused<T>(fetched: () => Promise<T>): Promise<T | null> {
    try {
      return await fetched();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.problem = refusalText(error);
      return null;
    }
  }

  /** The link for the remote; from now on the stage turns to the leaderboard by itself. */
  inviteRemote(): string {
    const { code = "", join_url } = this.session.view ?? {};
    write(this.#invitedKey, true);
    this.#invited = true;
    this.#planTurn();
    return remoteLink(new URL(this.address.linkFor(code, join_url)).origin, code, tokenFor("host", code) ?? "");
  }

  /** When the session moves on by itself, on the server's clock; null: it does not. */
  get advances_at(): number | null {
    return this.session.view?.advances_at ?? null;
  }

  /** Which board is up. */
  get board(): Board {
    return boardOf(this.session.view, this.#turned);
  }

  /** Whether something moves on by itself, which can be paused. */
  get moving(): boolean {
    return this.#movesIn(this.session.view);
  }

  #movesIn(view: View | null): boolean {
    return (
      Boolean(view?.settings.auto_advance_ms) ||
      (!this.remote && (this.#invited || read<boolean>(this.#invitedKey) === true))
    );
  }

  /** Ends the session for everyone and goes back to the start. */
  async end(): Promise<void> {
    const { phase } = this.session.view ?? {};
    if (phase === "question" || phase === "results") await this.#keepGame();
    if (this.session.ending || (await this.#do({ type: "end_session" }))) this.leave();
  }

  /** Goes back to the quizzes after the end; the people who are here come along into the next session. */
  async playOn(): Promise<void> {
    const { code, total = 0 } = this.session.view ?? {};
    if (!code) return;
    await this.#keepGame();
    keepCompany({ code, people: total });
    showAddress(null);
    this.#life.begin({});
  }

  /** Leaves a session that is over. */
  leave(): void {
    showAddress(null);
    this.session.forget();
    this.#life.begin({});
  }

  /** The next thing after the results: the leaderboard where it changed and is not the last, else the next question. */
  async next(): Promise<void> {
    if (!this.remote && this.board === "results" && this.leaderboardNext) this.#turnTo("leaderboard");
    else await this.moveOn();
  }

  /** Opens the next question, or ends the quiz after the last. */
  moveOn(): Promise<boolean> {
    return this.#do({ type: "next_question", question: this.session.view?.question?.index });
  }

  /** At the end: from the podium to the standings and back. */
  turnPodium(): void {
    this.#turnTo(this.board === "standings" ? "podium" : "standings");
    void this.loadStandings();
  }

  /** One board back: from the leaderboard to the results, from the standings to the podium. */
  turnBack(): void {
    if (this.board === "leaderboard") this.#turnTo("results");
    else if (this.board === "standings") this.#turnTo("podium");
  }

  get last(): boolean {
    return isLast(this.session.view);
  }

  get leaderboardNext(): boolean {
    return hasLeaderboard(this.session.view);
  }

  /** Whether it was done. */
  async #do(command: Command): Promise<boolean> {
    this.busy = true;
    this.problem = "";
    try {
      await this.session.send(command);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // The time ran out, or another tap was quicker: what was wanted has happened.
      if (error.code !== "wrong_phase") this.problem = refusalText(error);
      // Over is what it should be.
      return command.type === "end_session" && error.code === "session_ended";
    } finally {
      this.busy = false;
    }
  }

  /** What was played stays in this browser, whatever becomes of the page. */
  async #keepGame(): Promise<void> {
    if (!this.remote) await keepPlayed(this);
  }

  #turnTo(board: Board): void {
    clearTimeout(this.#turning);
    this.#turned = turnedTo(board, this.session.view);
    writeTab(this.#turnedKey, this.#turned);
    if (board === "leaderboard") this.#play("leaderboard");
  }

  get #turnedKey(): string {
    return `board:${this.session.seat.code}`;
  }

  #play(sound: Sound): void {
    if (!this.remote) this.sounds.play(sound);
  }

  get #invitedKey(): string {
    return `remote:${this.session.seat.code}`;
  }

  #received(message: AnyServerMessage, view: View | null, before: View | null): void {
    switch (message.type) {
      case "session_created":
        void continueHere(this, message.code);
        break;
      case "resumed":
        if (!this.remote) void continueHere(this, message.code, true);
        this.#turned = readTab<string>(this.#turnedKey) ?? this.#turned;
        if (this.#turned === "standings") void this.loadStandings();
        this.#planTurn(view);
        if (view?.phase === "ended") void this.#keepGame();
        break;
      case "players_joined":
        if (message.player_count <= MOST_NAMED)
          announce(t("stage.joined", { names: listed(message.players.map((player) => player.name)) }));
        break;
      case "new_question":
        clearTimeout(this.#turning);
        this.closeRulings();
        this.#play("question");
        break;
      case "question_results":
        // They come again when the host has shown or hidden a text, or ruled.
        if (before?.phase === "question") this.#closed(view);
        else this.#refresh();
        break;
      case "quiz_paused":
        this.#planTurn(view);
        break;
      case "quiz_ended":
        clearTimeout(this.#turning);
        if (before?.phase !== "ended") this.#play("podium");
        void this.#keepGame();
        break;
    }
    this.#wakeLock.want(view !== null && view.phase !== "ended" && !this.session.ending);
  }

  /** What was fetched of the whole quiz is no longer true. */
  #refresh(): void {
    this.standings = null;
    if (this.board === "standings") void this.loadStandings();
  }

  #closed(view: View | null): void {
    this.#play("correct");
    const { results } = view ?? {};
    if (results) announce(`${t("stage.closedNow")} ${t("answered", { n: results.answered, total: results.total })}`);
    this.#planTurn(view);
  }

  /** What happens by itself after a question was closed, unless the host has paused it. */
  #planTurn(view = this.session.view): void {
    clearTimeout(this.#turning);
    const { advances_at, settings } = view ?? {};
    const running = view?.phase === "results" && !view.paused;
    if (
      !running ||
      this.remote ||
      boardOf(view, this.#turned) !== "results" ||
      !hasLeaderboard(view) ||
      !this.#movesIn(view)
    )
      return;
    const after_ms = settings?.auto_advance_ms;
    const wait_ms =
      after_ms && advances_at
        ? this.session.msUntil(advances_at - after_ms + Math.min(after_ms / 2, TURN_MS))
        : TURN_MS;
    this.#turning = setTimeout(() => this.#turnTo("leaderboard"), wait_ms);
  }
}

function isLast(view: View | null): boolean {
  const question = view?.question;
  return question !== undefined && question.index + 1 >= question.total;
}

/** After the last question the podium tells it all, and a poll moves nobody. */
function hasLeaderboard(view: View | null): boolean {
  const kind = view?.question?.kind;
  const told = (view?.settings.ranking ?? "question") === "question";
  return told && !isLast(view) && (kind === undefined || playOf(kind).judged);
}
