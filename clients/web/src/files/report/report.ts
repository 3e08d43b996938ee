/**
 * The report of a game as a workbook: an overview with the figures of each question, one row for each player with a
 * column for each question, and a sheet for each question with how it was answered.
 */

import type { PlayerAnswer, QuestionSummary, TextGroup } from "../../wire/protocol";
import { type Cell, type Sheet, letters, workbook } from "../../quiz/export/xlsx";
import type { PastGame } from "../games";
import { answerText, correctText } from "./answers";
import { type Item, itemsOf } from "./items";

/** Above it each question's sheet has no list of players: the workbook would take long to make and to open. */
export const MOST_LISTED = 2000;

/** The texts of the report in the language of the page: nothing but data, as they go to another thread. */
export interface ReportWords {
  overview: string;
  players: string;
  /** The names of the sheets, one for each question. */
  questions: readonly string[];
  /** When the game ended. */
  date: string;
  /** Of the facts at the top and of the columns. */
  facts: Record<"title" | "date" | "code" | "players" | "questions" | "right", string>;
  columns: Record<
    | "question"
    | "text"
    | "right"
    | "discrimination"
    | "misled"
    | "median"
    | "rank"
    | "name"
    | "total"
    | "correct"
    | "seconds"
    | "option"
    | "chosen"
    | "share"
    | "answer"
    | "points",
    string
  >;
  yes: string;
  no: string;
}

/** The bytes of the workbook. */
export function report(game: PastGame, words: ReportWords): Uint8Array<ArrayBuffer> {
  const items = itemsOf(game.standings);
  const listed = game.players <= MOST_LISTED;
  const sheets = [
    overview(game, items, words),
    playerSheet(game, words),
    ...items.map((item, place) => questionSheet(game, item, place, listed, words)),
  ];
  return workbook(sheets, listed ? 6 : 1);
}

const heading = (value: string): Cell => ({ value, style: "heading" });
const wrapped = (value: string): Cell => ({ value, style: "wrapped" });
const percent = (share: number | null): Cell => (share === null ? "" : { value: share, style: "percent" });
const rounded = (value: number, digits: number) => Number(value.toFixed(digits));
const seconds = (ms: number | null): Cell => (ms === null ? "" : ms / 1000);

function overview(game: PastGame, items: readonly Item[], { facts, columns, ...words }: ReportWords): Sheet {
  const judged = items.map(({ share }) => share).filter((share) => share !== null);
  const average = judged.length > 0 ? judged.reduce((sum, share) => sum + share, 0) / judged.length : null;
  const head: Cell[][] = [
    [heading(facts.title), game.title],
    [heading(facts.date), words.date],
    [heading(facts.code), game.code],
    [heading(facts.players), game.players],
    [heading(facts.questions), game.questions],
    [heading(facts.right), percent(average)],
    [],
    [columns.question, columns.text, columns.right, columns.discrimination, columns.misled, columns.median].map(
      heading,
    ),
  ];
  const rows = items.map(({ question, share, discrimination, misled, median_ms }): Cell[] => [
    question.index + 1,
    wrapped(question.text),
    percent(share),
    discrimination === null ? "" : rounded(discrimination, 2),
    misled ? wrapped(`${misled.text} (${misled.count})`) : "",
    seconds(median_ms),
  ]);
  const bars = rows.length > 0 ? [`C${head.length + 1}:C${head.length + rows.length}`] : [];
  return { name: words.overview, rows: [...head, ...rows], widths: [14, 60, 12, 14, 36, 12], bars };
}

function playerSheet({ standings, code }: PastGame, { players, columns }: ReportWords): Sheet {
  const { questions } = standings;
  const head = [columns.rank, columns.name, columns.total, columns.correct, columns.seconds].map(heading);
  const rows = standings.players.map(({ rank, name, points, correct, answers }): Cell[] => [
    rank ?? "",
    name,
    points,
    correct,
    rounded(answers.reduce((sum, answer) => sum + (answer?.response_ms ?? 0), 0) / 1000, 1),
    ...questions.map((_, place) => answers[place]?.points ?? ""),
  ]);
  const all = [[...head, ...questions.map(({ index }) => heading(String(index + 1)))], ...rows];
  const bars = rows.length > 0 ? [`C2:C${rows.length + 1}`] : [];
  return { name: players || code, rows: all, widths: [7, 26, 12, 10, 10, 8], frozen: [1, 2], bars };
}

function questionSheet(game: PastGame, item: Item, place: number, listed: boolean, words: ReportWords): Sheet {
  const { question } = item;
  const { columns } = words;
  const rows: Cell[][] = [
    [heading(columns.text), question.text],
    ...(correctText(question) ? [[heading(columns.correct), correctText(question)]] : []),
    [heading(columns.right), percent(item.share)],
    [],
  ];
  const bars: string[] = [];
  const groups = question.tally?.groups ?? [];
  if (groups.length > 0) {
    rows.push([columns.answer, columns.chosen, columns.share, columns.right].map(heading));
    bars.push(`${letters(1)}${rows.length + 1}:${letters(1)}${rows.length + groups.length}`);
    rows.push(...groups.map((group) => groupRow(question, group)), []);
  } else if (question.options.length > 0 && question.counts.length === question.options.length) {
    rows.push([columns.option, columns.chosen, columns.share, columns.right].map(heading));
    bars.push(`${letters(1)}${rows.length + 1}:${letters(1)}${rows.length + question.options.length}`);
    rows.push(...question.options.map((text, index) => optionRow(question, text, index, words)), []);
  }
  if (listed) {
    rows.push([columns.name, columns.answer, columns.right, columns.points, columns.seconds].map(heading));
    for (const { name, answers } of game.standings.players) {
      const answer = answers[place];
      if (answer) rows.push(answerRow(question, name, answer, words));
    }
  }
  return { name: words.questions[place]!, rows, widths: [30, 36, 12, 12, 12], bars };
}

function optionRow(question: QuestionSummary, text: string, index: number, { yes }: ReportWords): Cell[] {
  const count = question.counts[index] ?? 0;
  return [
    text,
    count,
    percent(question.answered > 0 ? count / question.answered : 0),
    question.correct.includes(index) ? yes : "",
  ];
}

function groupRow({ answered }: QuestionSummary, { text, count, share }: TextGroup): Cell[] {
  return [text, count, percent(answered > 0 ? count / answered : 0), share === null ? "" : percent(share / 100)];
}

function answerRow(question: QuestionSummary, name: string, answer: PlayerAnswer, { yes, no }: ReportWords): Cell[] {
  // A part of the points has its share.
  const part = answer.correct === false && answer.share ? percent(answer.share / 100) : null;
  const right = part ?? (answer.correct === null ? "" : answer.correct ? yes : no);
  return [name, answerText(question, answer.answer), right, answer.points, seconds(answer.response_ms)];
}
