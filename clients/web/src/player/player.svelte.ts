/**
 * What a player does and has done: joins, answers, leaves; and how far the player's answer has got.
 *
 * An answer is shown as chosen at once, and as taken only when the server has said so. While the network is
 * away it is sent again by itself; when the question closed without it, it says that it came too late.
 */

import { playOf } from "../kinds/play";
import { indexesIn } from "../game/answers";
import { announce } from "../device/announce";
import { t } from "../i18n/i18n.svelte";
import type { Answer, AnyServerMessage, Joined, SubmitAnswer, YourResult } from "../wire/protocol";
import type { View } from "../game/reducer";
import type { Beginning, Joining, Life } from "../game/life.svelte";
import { Session } from "../game/session.svelte";
import { Refused } from "../wire/socket";
import type { Sounds } from "../device/sound.svelte";
import { WakeLock } from "../device/wakelock";
import { read, readTab, write, writeTab } from "../device/storage";
import { tokenFor } from "../wire/tokens";
import { joinId, waitToFollow } from "./following";
import { keepReceipt } from "./receipts";
import { newRulings, revisionText } from "./revision";

/** none, chosen and on its way, sent again, taken, too late, refused for another reason. */
export type Submission = "none" | "sent" | "resent" | "accepted" | "late" | "refused";

/** The page's clock may be a little ahead of the server's: not a reason to bother anybody. */
const EARLY_MS = 100;

/** Options that are ticked and not confirmed, of a question of a session; kept in this tab. */
interface Ticked {
  of: string | null | undefined;
  question: number;
  options: readonly number[];
}
const TICKED = "ticked";

/** Whose seat the token of a session is. */
interface Seat {
  name: string;
}

export class Player {
  readonly session: Session;
  readonly sounds: Sounds;
  readonly #life: Life<Player>;
  readonly #wakeLock: WakeLock;
  /** When the options opened on this screen (`performance.now()`), and of which question. */
  #opened = { question: -1, at: 0 };
  /** The question that `chosen` and `submission` are about. */
  #question = -1;
  chosen = $state.raw<readonly number[]>([]);
  /** The answer that is on its way or was taken. */
  given = $state.raw<Answer | null>(null);
  submission = $state<Submission>("none");
  /** The session that the page is joining by itself. */
  following = $state.raw<Joining | null>(null);
  #leaving: ReturnType<typeof setTimeout> | undefined;

  constructor(life: Life<Player>, sounds: Sounds, beginning: Beginning) {
    this.#life = life;
    this.sounds = sounds;
    this.session = new Session("player", beginning, {
      message: (message, view, before) => this.#received(message, view, before),
      begin: (next) => life.begin(next),
      failed: (where, error) => life.failed(where, error),
    });
    this.#wakeLock = new WakeLock(this.session.disposed);
    this.following = beginning.join ?? null;
    // Not before the page has this object: who has a seat there already begins another one to resume it.
    if (beginning.join) queueMicrotask(() => void this.#follow(beginning.join!));
  }

  get seat(): Beginning {
    return this.following ? { join: this.following } : this.session.seat;
  }

  dispose(): void {
    clearTimeout(this.#leaving);
    this.session.dispose();
  }

  /** Joins a session. @throws Refused */
  async join(code: string, name: string, avatar: string): Promise<void> {
    // Who types code and name again on the device that has the seat gets the seat back.
    const kept = read<Seat>(`seat:${code}`);
    if (kept?.name === name && tokenFor("player", code)) this.#life.begin({ code });
    else {
      const id = joinId(code, name);
      const joined = (await this.session.send({ type: "join_session", code, name, avatar }, undefined, id)) as Joined;
      write(`seat:${code}`, { name: joined.name } satisfies Seat);
    }
    history.replaceState(null, "", `/join/${code}`);
  }

  /** Gives the seat up, or leaves a session that is over for this page. */
  async leave(): Promise<void> {
    if (this.session.connection === "open") await this.session.send({ type: "leave_session" }).catch(() => {});
    this.session.forget();
    history.replaceState(null, "", "/");
    this.#life.begin({});
  }

  /** The options of a question are on the screen: from now on counts how long the answer takes. */
  opened(question: number): void {
    if (this.#opened.question !== question) this.#opened = { question, at: performance.now() };
  }

  /** Takes an option, or where several can be right, takes it or puts it back. */
  choose(option: number, tapped_at = performance.now()): void {
    if (this.submission !== "none") return;
    const question = this.session.view?.question;
    if (!question) return;
    const most = playOf(question.kind).most(question) ?? 0;
    if (most === 1) {
      this.chosen = [option];
      void this.submit(tapped_at);
      return;
    }
    if (this.chosen.includes(option)) this.chosen = this.chosen.filter((chosen) => chosen !== option);
    else if (this.chosen.length < most) this.chosen = [...this.chosen, option].sort();
    writeTab(TICKED, { of: this.session.seat.code, question: question.index, options: this.chosen } satisfies Ticked);
  }

  /** Sends what was chosen, once. */
  async submit(tapped_at = performance.now()): Promise<void> {
    const question = this.session.view?.question;
    if (question && this.chosen.length > 0) await this.send(playOf(question.kind).answer(this.chosen), tapped_at);
  }

  /** Sends an answer, once. */
  async send(answer: Answer, tapped_at = performance.now()): Promise<void> {
    const question = this.session.view?.question;
    if (!question || this.submission !== "none") return;
    this.given = answer;
    const opened = this.#opened.question === question.index;
    const elapsed_ms = opened ? Math.max(0, Math.round(tapped_at - this.#opened.at)) : undefined;
    const outcome = await this.#send({ type: "submit_answer", question: question.index, answer, elapsed_ms });
    if (this.session.view?.question?.index !== question.index) return;
    this.submission = outcome;
    if (outcome === "accepted") this.sounds.play("taken");
    announce(outcome === "accepted" ? t("answer.accepted.said") : t(`answer.${outcome}`));
  }

  /** Asks the host for extra time. @throws Refused */
  async askExtraTime(): Promise<void> {
    await this.session.send({ type: "ask_extra_time" });
    this.session.know((view) => ({ ...view, you: view.you && { ...view.you, asks_extra_time: true } }));
  }

  async #send(command: Omit<SubmitAnswer, "id">): Promise<Exclude<Submission, "none">> {
    this.submission = "sent";
    try {
      await this.session.send(command, () => {
        if (this.session.view?.question?.index === command.question) this.submission = "resent";
      });
      return "accepted";
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.code === "not_open_yet") {
        await new Promise((done) => setTimeout(done, EARLY_MS));
        return this.#send(command);
      }
      if (error.code === "already_answered") return "accepted";
      return error.code === "question_closed" || error.code === "wrong_phase" ? "late" : "refused";
    }
  }

  /** Goes along into the next session, when the others do. */
  #goAlong(view: View | null): void {
    if (!view?.you || view.continues_in === undefined) return;
    const { name, avatar } = view.you;
    const join = { code: view.continues_in, name, avatar };
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => this.#life.begin({ join }), waitToFollow(view.total));
  }

  async #follow({ code, name, avatar }: Joining): Promise<void> {
    try {
      await this.join(code, name, avatar);
      this.following = null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (this.session.disposed.aborted) return;
      // What stands in the way is said where one joins by hand.
      write("name", name);
      write("avatar", avatar);
      history.replaceState(null, "", `/join/${code}`);
      this.#life.begin({ refused: error });
    }
  }

  #received(message: AnyServerMessage, view: View | null, before: View | null): void {
    switch (message.type) {
      case "new_question":
        this.#reset();
        this.#question = message.question.index;
        this.sounds.play("question");
        break;
      case "joined":
        this.#resumed(view);
        break;
      case "resumed":
        this.#resumed(view);
        // What happened while the page was away; a page that is drawn from nothing is read as a whole.
        this.#revised(before, view);
        this.#goAlong(view);
        break;
      case "session_continues":
        this.#goAlong(view);
        break;
      case "answer_accepted":
        if (message.receipt && view?.you) keepReceipt(view.you.player_id, message.question, message.receipt);
        break;
      case "your_extra_time":
        // In the lobby the page itself says it.
        if (message.percent > 0 && view?.phase !== "lobby") announce(t("extra.granted", { percent: message.percent }));
        break;
      case "your_result":
        if (view && message.ruling) announce(revisionText(message, view));
        // Told again, it has other sums or another rank, which the view shows.
        else if (before?.you?.result === undefined) this.#judged(message);
        break;
      case "quiz_ended":
        if (before?.phase !== "ended") this.sounds.play("podium");
        break;
      case "your_final":
        // The place is in the heading, which has the focus.
        if (message.rank !== null && before?.you?.final === undefined) announce(t("final.over"));
        break;
    }
    this.#wakeLock.want(view !== null && view.phase !== "ended" && !this.session.ending);
  }

  #revised(before: View | null, view: View | null): void {
    const missed = before && view ? newRulings(view, before).map((result) => revisionText(result, view)) : [];
    if (missed.length > 0) announce(missed.join(" "));
  }

  #reset(): void {
    this.chosen = [];
    this.given = null;
    this.submission = "none";
    this.#opened.question = -1;
  }

  /** What was ticked and not confirmed is ticked again after a reload. */
  #tickAgain({ question }: View): void {
    const ticked = readTab<Ticked>(TICKED);
    if (ticked?.of === this.session.seat.code && ticked?.question === question?.index)
      this.chosen = ticked?.options ?? [];
  }

  /** What the server knows of the player's answer; one that is still on its way stays so. */
  #resumed(view: View | null): void {
    const answer = view?.you?.answer;
    // Another question than the one that was on the screen: what was chosen for that one says nothing about it.
    if (view?.question && view.question.index !== this.#question) this.#reset();
    if (view?.phase === "question" && this.#question === -1) this.#tickAgain(view);
    if (view?.you?.answered) {
      this.submission = "accepted";
      this.given = answer ?? this.given;
      const question = view.question;
      const isChosen = question && playOf(question.kind).most(question) !== null;
      if (answer != null && isChosen) this.chosen = indexesIn(answer);
    } else if (view?.phase !== "question" && this.submission !== "resent") this.#reset();
    this.#question = view?.question?.index ?? -1;
  }

  #judged(result: YourResult): void {
    if (!result.answered && this.submission !== "none") this.submission = "late";
    if (result.correct !== null) this.sounds.play(result.correct ? "correct" : "incorrect");
    // Whether it was right is in the heading, which has the focus.
    if (result.rank !== null) announce(t("verdict.said.rank", { points: result.points, n: result.rank }));
  }
}
