/** Several games of a class side by side: a league table, and the questions that stayed hard. Pure. */

import type { QuestionSummary } from "../../wire/protocol";
import type { PastGame } from "../games";
import { compared } from "../gradebook/classlist";
import { correctText } from "../report/answers";
import { difficulties } from "../standings";

export interface Row {
  rank: number;
  name: string;
  games: number;
  points: number;
  /** Of the questions that were asked while the player was there, 0 to 1; null where nothing could be right. */
  share: number | null;
}

export interface HardQuestion {
  text: string;
  correct: string;
  /** How many were right each time, 0 to 1, the last time last. */
  shares: number[];
}

/** A question stayed hard when fewer were right the last time. */
const HARD = 0.5;

/** The sums of all who took part, by name; capitals, accents and spaces do not matter. */
export function leagueOf(games: readonly PastGame[]): Row[] {
  const sums = new Map<string, { name: string; games: number; points: number; right: number; judged: number }>();
  for (const { standings } of byTime(games))
    for (const { name, points, answers } of standings.players) {
      const key = compared(name) || name;
      const sum = sums.get(key) ?? { name, games: 0, points: 0, right: 0, judged: 0 };
      const judged = answers.filter((answer) => typeof answer?.correct === "boolean");
      sums.set(key, {
        // As it was written last.
        name,
        games: sum.games + 1,
        points: sum.points + points,
        right:
          sum.right + judged.reduce((all, answer) => all + (answer?.share ?? (answer?.correct ? 100 : 0)) / 100, 0),
        judged: sum.judged + judged.length,
      });
    }
  const rows = [...sums.values()].sort((a, b) => b.points - a.points || a.name.localeCompare(b.name));
  return rows.map(({ name, games: played, points, right, judged }) => ({
    // Equal sums share a rank.
    rank: 1 + rows.findIndex((row) => row.points === points),
    name,
    games: played,
    points,
    share: judged > 0 ? right / judged : null,
  }));
}

/** The questions that fewer than half had right the last time they were asked, the hardest first. */
export function hardQuestions(games: readonly PastGame[]): HardQuestion[] {
  const asked = new Map<string, { question: QuestionSummary; shares: number[] }>();
  for (const { standings } of byTime(games))
    for (const { question, share } of difficulties(standings)) {
      if (share === null) continue;
      const key = `${question.kind} ${compared(question.text)}`;
      asked.set(key, { question, shares: [...(asked.get(key)?.shares ?? []), share] });
    }
  return [...asked.values()]
    .filter(({ shares }) => shares.at(-1)! < HARD)
    .sort((a, b) => a.shares.at(-1)! - b.shares.at(-1)!)
    .map(({ question, shares }) => ({ text: question.text, correct: correctText(question), shares }));
}

const byTime = (games: readonly PastGame[]) => [...games].sort((a, b) => a.ended_at - b.ended_at);
