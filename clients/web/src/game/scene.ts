/** What a page draws: the phase of its session, with what a view of this phase cannot do without. */

import type { PublicQuestion, QuestionResults } from "../wire/protocol";
import type { View } from "./reducer";

export type Scene =
  | { phase: "lobby" }
  | { phase: "ended" }
  | { phase: "question"; question: PublicQuestion }
  | { phase: "results"; question: PublicQuestion; results: QuestionResults };

/**
 * The scene of a view.
 *
 * @throws Error where the view lacks what its phase has: the page must resume.
 */
export function sceneOf({ phase, question, results }: View): Scene {
  switch (phase) {
    case "lobby":
      return { phase };
    case "ended":
      return { phase };
    case "question":
      if (question) return { phase, question };
      break;
    case "results":
      if (question && results) return { phase, question, results };
      break;
    default:
      phase satisfies never;
  }
  throw new Error(`nothing to draw for the phase ${String(phase)}`);
}

/** The end of a chain of conditions that leaves out no scene: the compiler sees to it. */
export function exhausted(scene: never): never {
  throw new Error(`no view for ${JSON.stringify(scene)}`);
}
