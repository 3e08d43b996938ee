/** What one player has answered, for a sheet of paper; and who needs help. Pure. */

import type { PlayerSummary } from "../../wire/protocol";
import { answerText, correctText } from "../report/answers";
import type { Standings } from "../standings";

/** Right, right in part, wrong, not answered; null where nothing is right, or the player was not there. */
export type Verdict = "right" | "part" | "wrong" | "none" | null;

export interface Line {
  text: string;
  answer: string;
  correct: string;
  verdict: Verdict;
}

export interface PlayerSheet {
  id: string;
  name: string;
  /** Of the questions that can be right and were asked while the player was there. */
  right: number;
  judged: number;
  lines: Line[];
}

/** Who has less of the questions right is to be helped. */
const ENOUGH = 0.5;

export function playerSheets({ questions, players }: Standings): PlayerSheet[] {
  return players.map((player) => {
    const lines = questions.map((question, place) => {
      const answer = player.answers[place] ?? null;
      return {
        text: question.text,
        answer: answer ? answerText(question, answer.answer) : "",
        correct: correctText(question),
        verdict: verdictOf(answer),
      };
    });
    const judged = player.answers.filter((answer) => typeof answer?.correct === "boolean");
    const right = judged.reduce((sum, answer) => sum + (answer?.share ?? (answer?.correct ? 100 : 0)) / 100, 0);
    return { id: player.id, name: player.name, right: Number(right.toFixed(2)), judged: judged.length, lines };
  });
}

/** Those who need help, the weakest first. */
export function needHelp(sheets: readonly PlayerSheet[]): PlayerSheet[] {
  const share = ({ right, judged }: PlayerSheet) => right / judged;
  return sheets
    .filter((sheet) => sheet.judged > 0 && share(sheet) < ENOUGH)
    .sort((one, other) => share(one) - share(other));
}

function verdictOf(answer: PlayerSummary["answers"][number]): Verdict {
  if (typeof answer?.correct !== "boolean") return null;
  if (answer.answer === null) return "none";
  if (answer.correct) return "right";
  return answer.share ? "part" : "wrong";
}
