/** What a game is worth in a grade book: how much of it was right, whatever the speed and the points. */

import type { Standings } from "../standings";

export interface Grade {
  name: string;
  /** How many questions were right; one that was half right counts as a half. */
  right: number;
}

/** Questions in which something was right or wrong, and each player's sum; who was not there has nothing right. */
export function gradesOf({ questions, players }: Standings): { possible: number; grades: Grade[] } {
  const judged = questions
    .map((_, place) => place)
    .filter((place) => players.some(({ answers }) => typeof answers[place]?.correct === "boolean"));
  const grades = players.map(({ name, answers }) => ({
    name,
    right: judged.reduce((sum, place) => {
      const answer = answers[place];
      return sum + (answer?.share ?? (answer?.correct ? 100 : 0)) / 100;
    }, 0),
  }));
  return { possible: judged.length, grades };
}
