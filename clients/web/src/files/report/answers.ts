/** What a player answered and what would have been right, in the words of the question. */

import type { PlayerAnswer, QuestionSummary } from "../../wire/protocol";

const BETWEEN = " | ";
const NONE = "–";

/** The answer as text; empty without one. Indexes are those of the texts that the question offers. */
export function answerText({ options }: QuestionSummary, answer: PlayerAnswer["answer"]): string {
  const parts = [answer ?? []].flat();
  return parts.map((part) => (typeof part === "number" ? (options[part] ?? NONE) : part)).join(BETWEEN);
}

/** What is right as text; empty where nothing is. */
export function correctText({ options, correct, solution }: QuestionSummary): string {
  const indexes = solution?.items ?? solution?.rights ?? correct;
  if (solution?.accepted) return whole(solution.accepted).join(BETWEEN);
  if (solution?.value !== undefined) {
    const { value, tolerance = "0", unit } = solution;
    return [value, Number(tolerance) > 0 ? `± ${tolerance}` : "", unit ?? ""].filter((part) => part !== "").join(" ");
  }
  return indexes.map((index) => options[index] ?? NONE).join(BETWEEN);
}

const whole = (accepted: readonly { text: string; share: number }[]) =>
  accepted.filter(({ share }) => share === 100).map(({ text }) => text);
