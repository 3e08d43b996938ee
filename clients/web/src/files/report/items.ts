/**
 * Item figures of a quiz that was played: how hard each question was, how well it told strong players from weak ones,
 * and which wrong option was chosen most.
 */

import { indexesIn } from "../../game/answers";
import type { QuestionSummary } from "../../wire/protocol";
import { type Standings, difficulties } from "../standings";

/** Share of the players in each of the two groups that are compared: Kelley, J. Educ. Psychol. 30 (1939). */
const GROUP = 0.27;
/** Below it a group would be one or two players, and the figure chance. */
const FEWEST_PLAYERS = 10;

export interface Item {
  question: QuestionSummary;
  /** How many of those who were there were right, 0 to 1; null where nothing is right. */
  share: number | null;
  /** Upper–lower index, −1 to 1: right in the best 27 % of all players less right in the last 27 %. */
  discrimination: number | null;
  /** The wrong option that most players chose, or the wrong text that most wrote; null where none was. */
  misled: { text: string; count: number } | null;
  /** Of those who answered, in milliseconds. */
  median_ms: number | null;
}

/** One for each question, in the order they were played. */
export function itemsOf(standings: Standings): Item[] {
  return difficulties(standings).map(({ question, share }, place) => ({
    question,
    share,
    discrimination: share === null ? null : discrimination(standings, place),
    misled: share === null ? null : misled(standings, place),
    median_ms: medianMs(standings, place),
  }));
}

function discrimination({ players }: Standings, place: number): number | null {
  const there = players.filter(({ answers }) => answers[place]);
  if (there.length < FEWEST_PLAYERS) return null;
  const size = Math.round(there.length * GROUP);
  const right = (group: typeof there) => group.filter(({ answers }) => answers[place]?.correct).length;
  return (right(there.slice(0, size)) - right(there.slice(-size))) / size;
}

function misled(standings: Standings, place: number): Item["misled"] {
  return wrongAnswers(standings, place).reduce<Item["misled"]>(
    (most, wrong) => (wrong.count > (most?.count ?? 0) ? wrong : most),
    null,
  );
}

/** The options that are wrong, or the wrong texts of those that most wrote, each with how many chose it. */
export function wrongAnswers({ players, questions }: Standings, place: number): { text: string; count: number }[] {
  const { options, correct, tally } = questions[place]!;
  const wrong = tally?.groups?.filter(({ share }) => share === 0) ?? [];
  if (wrong.length > 0) return wrong.map(({ text, count }) => ({ text, count }));
  // Of an order or of pairs no part alone is wrong.
  if (correct.length === 0) return [];
  const counts = options.map(() => 0);
  for (const { answers } of players)
    for (const index of indexesIn(answers[place]?.answer ?? null)) if (counts[index] !== undefined) counts[index]++;
  return options
    .map((text, index) => ({ text, count: counts[index]! }))
    .filter((_, index) => !correct.includes(index) && counts[index]! > 0);
}

function medianMs({ players }: Standings, place: number): number | null {
  const times = players
    .map(({ answers }) => answers[place]?.response_ms)
    .filter((ms) => typeof ms === "number")
    .sort((a, b) => a - b);
  const middle = times.length / 2;
  if (times.length === 0) return null;
  return Math.round((times[Math.ceil(middle) - 1]! + times[Math.floor(middle)]!) / 2);
}
