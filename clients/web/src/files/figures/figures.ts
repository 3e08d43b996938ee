/** How hard the questions of a quiz were whenever they were asked, and which wrong answer misled most. */

import { type DraftQuestion, toQuestion } from "../../quiz/draft";
import type { PastGame } from "../games";
import { wrongAnswers } from "../report/items";
import { difficulties } from "../standings";
import { contentPlayed, contentWritten, isSame } from "./content";
import type { AskedQuestion, Content, GameFigures, QuestionFigures } from "./types";

/** The figures of a game, of those questions that can tell something: judged, counted, and seen by somebody. */
export function figuresOfGame({ id, ended_at, standings }: PastGame): GameFigures {
  const asked = difficulties(standings).flatMap(({ question, share }, place): AskedQuestion[] => {
    if (share === null || question.void) return [];
    const players = standings.players.filter(({ answers }) => answers[place]).length;
    const wrong = wrongAnswers(standings, place);
    return [{ ...contentPlayed(question), players, right: Math.round(share * players), wrong }];
  });
  // Of two that differ only in what results do not tell, nobody knows which is which.
  const times = (content: Content) => asked.filter((other) => isSame(other, content)).length;
  return { id, ended_at, questions: asked.filter((question) => times(question) === 1) };
}

/** The figures of each question, by its key; none of those that were never asked as they are now. */
export function figuresOf(
  questions: readonly DraftQuestion[],
  games: readonly GameFigures[],
): Map<string, QuestionFigures> {
  const figures = new Map<string, QuestionFigures>();
  for (const question of games.length > 0 ? questions : []) {
    const content = contentWritten(toQuestion(question));
    const found = games
      .filter(({ ended_at }) => ended_at > (question.new_since ?? 0))
      .flatMap(({ ended_at, questions }) =>
        questions.filter((played) => isSame(played, content)).map((played) => ({ ...played, ended_at })),
      );
    if (found.length > 0) figures.set(question.key, summed(found));
  }
  return figures;
}

function summed(found: readonly (AskedQuestion & { ended_at: number })[]): QuestionFigures {
  const players = found.reduce((sum, one) => sum + one.players, 0);
  const counts = new Map<string, number>();
  for (const { text, count } of found.flatMap(({ wrong }) => wrong)) counts.set(text, (counts.get(text) ?? 0) + count);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return {
    games: found.length,
    players,
    share: found.reduce((sum, one) => sum + one.right, 0) / players,
    misled: most ? { text: most[0], share: most[1] / players } : null,
    last_at: Math.max(...found.map(({ ended_at }) => ended_at)),
  };
}

/** The questions that fewest had right, the hardest first; none that everybody had right. */
export function weakest(
  questions: readonly DraftQuestion[],
  figures: ReadonlyMap<string, QuestionFigures>,
  most: number,
): DraftQuestion[] {
  const share = ({ key }: DraftQuestion) => figures.get(key)?.share ?? 1;
  return questions
    .filter((question) => share(question) < 1)
    .sort((a, b) => share(a) - share(b))
    .slice(0, most);
}
