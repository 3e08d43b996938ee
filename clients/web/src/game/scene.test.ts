import { expect, test } from "vitest";
import { QUESTION, SESSION } from "../wire/fakes";
import type { Phase, QuestionResults } from "../wire/protocol";
import type { View } from "./reducer";
import { sceneOf } from "./scene";

const view = (change: Partial<View>): View => ({ ...SESSION, role: "player", ...change, players: new Map() });
const RESULTS = { question: 0, correct: [0] } as unknown as QuestionResults;

test("each phase has a scene, with what its view needs", () => {
  expect(sceneOf(view({ phase: "lobby" }))).toEqual({ phase: "lobby" });
  expect(sceneOf(view({ phase: "question", question: QUESTION }))).toEqual({ phase: "question", question: QUESTION });
  expect(sceneOf(view({ phase: "results", question: QUESTION, results: RESULTS }))).toEqual({
    phase: "results",
    question: QUESTION,
    results: RESULTS,
  });
  expect(sceneOf(view({ phase: "ended" }))).toEqual({ phase: "ended" });
});

test.each([
  ["a question that is not there", { phase: "question" }],
  ["results that are not there", { phase: "results", question: QUESTION }],
  ["a phase of a later version", { phase: "intermission" as Phase }],
] as const)("%s is no scene: the page resumes", (_, change) => {
  expect(() => sceneOf(view(change))).toThrow("nothing to draw");
});
