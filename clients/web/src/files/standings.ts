/** The results of a whole quiz: fetched page by page, and what can be read from them. */

import type { PlayerSummary, QuestionSummary, Results } from "../wire/protocol";

export interface Standings {
  title: string;
  questions: QuestionSummary[];
  /** The best first. */
  players: PlayerSummary[];
  /** The hash of the log's last record; none where the session has no log. */
  log_head?: string;
}

export interface Difficulty {
  question: QuestionSummary;
  /** How many of those who were there were right, 0 to 1; null for a poll, or if nobody was there. */
  share: number | null;
}

/** Asks for page after page until there is no other. */
export async function fetchStandings(ask: (offset: number) => Promise<Results>): Promise<Standings> {
  const first = await ask(0);
  const players = [...first.players];
  for (let offset = first.next_offset; offset !== null;) {
    const page = await ask(offset);
    players.push(...page.players);
    offset = page.next_offset;
  }
  return { title: first.title, questions: first.questions, players, log_head: first.log_head };
}

/** Whether something in a question can be right. Results that were kept by an earlier version name options only. */
export function isJudged({ correct, solution }: QuestionSummary): boolean {
  return correct.length > 0 || solution != null;
}

/** How hard each question was, in the order they were played. */
export function difficulties({ questions, players }: Standings): Difficulty[] {
  return questions.map((question, place) => {
    const judged = players.map((player) => player.answers[place]?.correct).filter((correct) => correct !== undefined);
    const there = isJudged(question) ? judged.length : 0;
    return { question, share: there > 0 ? judged.filter(Boolean).length / there : null };
  });
}
