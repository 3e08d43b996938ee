/** Which board of a phase is up: it is the stage's own matter, and not the server's. */

import type { View } from "../game/reducer";

/** After a question its results and the leaderboard; at the end the podium and the standings. */
export type Board = "results" | "leaderboard" | "podium" | "standings";

/** What a stage keeps when it turns to a board: the leaderboard is up until the next question's results. */
export function turnedTo(board: Board, view: View | null): string {
  return board === "leaderboard" ? `${board} ${view?.question?.index}` : board;
}

/** The board that is up, by what was kept when the stage turned last. */
export function boardOf(view: View | null, turned: string): Board {
  if (view?.phase === "ended") return turned === "standings" ? "standings" : "podium";
  return turned === turnedTo("leaderboard", view) ? "leaderboard" : "results";
}
