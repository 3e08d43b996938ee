import { expect, test } from "vitest";
import { exportQuiz } from "../quiz/export";
import type { Quiz } from "../wire/protocol";
import { asWritten } from "./written";

const QUIZ: Quiz = {
  title: "Capitals",
  questions: [
    {
      kind: "single",
      text: "Kenya?",
      options: [{ text: "Nairobi", correct: true }, { text: "Lima" }],
      explanation: null,
      image: null,
      points: 500,
    },
  ],
};

test("what its author left out is no loss of a format", () => {
  expect(exportQuiz(asWritten(QUIZ), "gift").losses.map(({ params }) => params.field)).toEqual(["points"]);
});

test("QuickPoll’s own format gives the same quiz back", () => {
  const text = new TextDecoder().decode(exportQuiz(asWritten(QUIZ), "json").bytes);
  expect(JSON.parse(text)).toEqual({
    title: "Capitals",
    questions: [
      { kind: "single", text: "Kenya?", options: [{ text: "Nairobi", correct: true }, { text: "Lima" }], points: 500 },
    ],
  });
});
