/** The results of a game as files, as the page loads it when somebody wants one. */

import { wouldBeLost } from "../device/leaving";
import { locale, moreTexts, t } from "../i18n/i18n.svelte";
import texts from "../i18n/messages/files";
import { download } from "../quiz/download";
import type { GameSummary, PastGame } from "./games";
import { gameFileName } from "./names";
import { resultsCsv } from "./report/csv";
import type { ReportWords } from "./report/report";
import type { ReportOrder } from "./report/worker";
import reportWorker from "./report/worker?worker&url";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const COLUMNS = [
  "rank",
  "name",
  "total",
  "question",
  "text",
  "answer",
  "right",
  "correct",
  "points",
  "seconds",
] as const;

let loaded: Promise<unknown> | undefined;

/** Makes the texts of files and past games known. */
export async function ready(): Promise<void> {
  await (loaded ??= moreTexts(texts).catch((error: unknown) => {
    loaded = undefined; // The network was away: the next one tries again.
    throw error;
  }));
}

/** Saves the answers of a game as CSV, for the Excel of the page's language. */
export function saveCsv(game: PastGame): void {
  const words = {
    headings: COLUMNS.map((column) => t(`stage.csv.${column}`)),
    yes: t("stage.yes"),
    no: t("stage.no"),
    locale: locale(),
  };
  download(gameFileName(game, ".csv"), resultsCsv(game.standings, words), "text/csv;charset=utf-8");
  wouldBeLost("game", false);
}

/** Saves the report of a game as a workbook. Without its answers, the game is read where the report is made. */
export async function saveReport(game: PastGame | GameSummary): Promise<void> {
  await ready();
  const bytes = await made({ game, words: reportWords(game) });
  download(gameFileName(game, ".xlsx"), bytes, XLSX);
  wouldBeLost("game", false);
}

export function saveLog(game: PastGame): void {
  if (game.log !== undefined) download(gameFileName(game, "-log.jsonl"), game.log, "application/jsonl");
}

/** Made in a thread of its own, so that the page can be used; thousands of players take seconds. */
function made(order: ReportOrder): Promise<Uint8Array<ArrayBuffer>> {
  const worker = new Worker(scriptOf(reportWorker), { type: "module" });
  return new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer>>) => resolve(data);
    worker.onerror = reject;
    worker.postMessage(order);
  }).finally(() => worker.terminate());
}

interface ScriptPolicy {
  createScriptURL: (url: string) => string;
}
interface TrustedTypes {
  createPolicy: (name: string, rules: ScriptPolicy) => ScriptPolicy;
}
let policy: ScriptPolicy | undefined;

/** The address of a thread's script as browsers with Trusted Types take it: the one that is built with the pages. */
function scriptOf(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  policy ??= trustedTypes?.createPolicy("quickpoll-report", { createScriptURL: () => reportWorker });
  return policy?.createScriptURL(url) ?? url;
}

function reportWords({ ended_at, questions }: GameSummary): ReportWords {
  const date = new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeStyle: "short" });
  return {
    overview: t("report.overview"),
    players: t("report.players"),
    questions: Array.from({ length: questions }, (_, place) => t("report.question", { n: place + 1 })),
    date: date.format(ended_at),
    facts: {
      title: t("report.title"),
      date: t("report.date"),
      code: t("report.code"),
      players: t("report.players"),
      questions: t("report.questions"),
      right: t("report.right"),
    },
    columns: {
      question: t("stage.csv.question"),
      text: t("stage.csv.text"),
      right: t("stage.csv.right"),
      discrimination: t("report.discrimination"),
      misled: t("report.misled"),
      median: t("report.median"),
      rank: t("stage.csv.rank"),
      name: t("stage.csv.name"),
      total: t("stage.csv.total"),
      correct: t("stage.csv.correct"),
      seconds: t("stage.csv.seconds"),
      option: t("report.option"),
      chosen: t("report.chosen"),
      share: t("report.share"),
      answer: t("stage.csv.answer"),
      points: t("stage.csv.points"),
    },
    yes: t("stage.yes"),
    no: t("stage.no"),
  };
}
