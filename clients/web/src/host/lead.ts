/** What the host asks beyond the quiz: made in one tap or typed, and sent to be opened at once, or after the open question. */

import { t } from "../i18n/i18n.svelte";
import { LETTERS } from "../i18n/wording";
import { playOf } from "../kinds/play";
import type { View } from "../game/reducer";
import { type Agenda, type AskQuestion, MAX_MESSAGE_BYTES, type Question } from "../wire/protocol";
import type { Host } from "./host.svelte";

/** What stands around a question in its command. */
const AROUND_BYTES = 256;
const MOST_OPTIONS = 10;
const QUICK_LETTERS = 4;

/** A question is open that is answered: nothing else can be opened before it is closed. */
export function isAnswering(view: View): boolean {
  return view.phase === "question" && view.question !== undefined && playOf(view.question.kind).asked;
}

/** Yes or no, without points and without a time limit. */
export function yesOrNo(text: string): Question {
  return poll(text.trim() || t("lead.yesNo.text"), [t("lead.yes"), t("lead.no")]);
}

/** The letters A to D, for options that stand somewhere else. */
export function letters(text: string): Question {
  return poll(text.trim() || t("lead.letters.text"), LETTERS.slice(0, QUICK_LETTERS));
}

/** A question as it was typed: with options, one on each line, a poll; without, everybody writes. */
export function typed(text: string, options: string): Question {
  const lines = options
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length === 0) return { kind: "open", text: text.trim(), time_limit_ms: null };
  return poll(text.trim(), lines.slice(0, MOST_OPTIONS));
}

function poll(text: string, options: readonly string[]): Question {
  return { kind: "poll", text, options: options.map((option) => ({ text: option })), time_limit_ms: null };
}

/** One option alone is no choice. */
export function canBeAsked(question: Question): boolean {
  return question.text !== "" && !("options" in question && question.options.length < 2);
}

/** Asks a question at once, or next where one is open; whether the server has taken it. A picture left out is told. */
export async function ask(host: Host, view: View, asked: Question): Promise<boolean> {
  const command: AskQuestion = {
    type: "ask_question",
    asked: fitting(asked),
    question: view.question?.index ?? 0,
    open: !isAnswering(view),
  };
  const taken = (await host.ask(command)) !== null;
  if (taken && asked.image && !command.asked.image) host.problem = t("lead.withoutPicture");
  return taken;
}

/** Without its picture where that alone takes more than a message may have. */
export function fitting(asked: Question): Question {
  const size = new Blob([JSON.stringify(asked)]).size;
  return size > MAX_MESSAGE_BYTES - AROUND_BYTES ? { ...asked, image: null, image_alt: null } : asked;
}

/** Opens another question than the next one; whether the server has done it. */
export async function choose(host: Host, agenda: Agenda, choice: number): Promise<boolean> {
  const question = Math.max(agenda.question, 0);
  const reply = await host.ask({ type: "choose_question", choice, total: agenda.questions.length, question });
  return reply !== null;
}

/** Closes the open question, which then counts for nothing. */
export async function skip(host: Host, view: View): Promise<boolean> {
  return (await host.ask({ type: "skip_question", question: view.question?.index })) !== null;
}

export async function extend(host: Host, view: View, by_ms: number): Promise<boolean> {
  return (await host.ask({ type: "extend_question", question: view.question?.index, by_ms })) !== null;
}

/** Stops the clock of the open question, or lets it run again. */
export async function stopClock(host: Host, view: View, stopped: boolean): Promise<boolean> {
  return (await host.ask({ type: "stop_clock", question: view.question?.index, stopped })) !== null;
}

/** Shows what is written before the question is closed, or no longer. */
export async function showLive(host: Host, shown: boolean): Promise<boolean> {
  return (await host.ask({ type: "show_live", shown })) !== null;
}

/** Shows the results of an earlier question again, or, null, those of now. */
export async function showEarlier(host: Host, question: number | null): Promise<boolean> {
  return (await host.ask({ type: "show_earlier", question })) !== null;
}
