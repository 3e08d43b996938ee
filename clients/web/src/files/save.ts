/** The results of a game as files, as the page loads it when somebody wants one. */

import { locale, moreTexts, t } from "../i18n/i18n.svelte";
import texts from "../i18n/messages/files";
import { download } from "../quiz/download";
import type { PastGame } from "./games";
import { gameFileName } from "./names";
import { resultsCsv } from "./report/csv";
import { type ReportWords, report } from "./report/report";

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
}

/** Saves the report of a game as a workbook. */
export async function saveReport(game: PastGame): Promise<void> {
  await ready();
  const bytes = report(game, reportWords());
  download(gameFileName(game, ".xlsx"), bytes, XLSX);
}

export function saveLog(game: PastGame): void {
  if (game.log !== undefined) download(gameFileName(game, "-log.jsonl"), game.log, "application/jsonl");
}

function reportWords(): ReportWords {
  const date = new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeStyle: "short" });
  return {
    overview: t("report.overview"),
    players: t("report.players"),
    question: (n) => t("report.question", { n }),
    date: (ms) => date.format(ms),
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
