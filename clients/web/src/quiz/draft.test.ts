import { expect, test } from "vitest";
import type { Quiz } from "../wire/protocol";
import { changeKind, copyOf, fromQuiz, mark, newQuestion, shownOptions, toQuiz, toQuestion } from "./draft";

const VERDICTS = ["True", "False"] as const;
const quiz: Quiz = {
  title: "Capitals",
  questions: [
    {
      kind: "single",
      text: "Of Italy?",
      options: [{ text: "Oslo" }, { text: "Bern" }, { text: "Rome", correct: true }],
      time_limit_ms: 12_500,
      points: 500,
    },
    {
      kind: "poll",
      text: "Where to?",
      options: [{ text: "Rome" }, { text: "Oslo" }],
      time_limit_ms: 10_000,
      explanation: "Both.",
      image: "/images/flags-1.svg",
    },
  ],
};
const [single, poll] = fromQuiz(quiz).questions as [ReturnType<typeof newQuestion>, ReturnType<typeof newQuestion>];
const texts = (question: typeof single) => shownOptions(question).map((option) => option.text);
const marks = (question: typeof single) => shownOptions(question).map((option) => option.correct);

test("a quiz comes out of a draft as it went in", () => {
  expect(toQuiz(fromQuiz(quiz))).toEqual(quiz);
});

test("what a file leaves out or mistakes becomes something to put right", () => {
  const draft = fromQuiz({ title: 7, questions: [{ text: "?", kind: "essay" }] } as unknown as Quiz);
  expect(draft).toMatchObject({
    title: "7",
    questions: [
      { kind: "single", text: "?", options: [], time_limit_ms: 10_000, points: 1000, explanation: "", image: null },
    ],
  });
});

test("spaces around texts and empty explanations are not part of the quiz", () => {
  const draft = fromQuiz({ title: " T ", questions: [{ ...quiz.questions[0]!, explanation: "  " }] });
  expect(toQuiz(draft).title).toBe("T");
  expect(toQuiz(draft).questions[0]).not.toHaveProperty("explanation");
});

test("true or false shows two options, and the others come back", () => {
  const verdict = changeKind(single, "true_false", VERDICTS);
  expect(texts(verdict)).toEqual(["Oslo", "Bern"]);
  expect(texts(changeKind(verdict, "multiple", VERDICTS))).toEqual(["Oslo", "Bern", "Rome"]);
});

test("a new question takes ten seconds, whatever its kind", () => {
  expect(newQuestion("single", VERDICTS).time_limit_ms).toBe(10_000);
  expect(newQuestion("poll", VERDICTS).time_limit_ms).toBe(10_000);
});

test("true or false fills in its words only where nothing was written", () => {
  expect(texts(changeKind(newQuestion("single", VERDICTS), "true_false", VERDICTS))).toEqual(["True", "False"]);
  expect(texts(newQuestion("true_false", VERDICTS))).toEqual(["True", "False"]);
});

test("a poll has no marks, and they come back", () => {
  const asked = changeKind(single, "poll", VERDICTS);
  expect(toQuiz({ title: "", questions: [asked] }).questions[0]).toEqual(expect.not.objectContaining({ points: 500 }));
  expect(toQuestion(asked)).toMatchObject({ options: [{ text: "Oslo" }, { text: "Bern" }, { text: "Rome" }] });
  expect(marks(changeKind(asked, "single", VERDICTS))).toEqual([false, false, true]);
});

test("of several marks a single choice keeps the first", () => {
  const several = mark(changeKind(single, "multiple", VERDICTS), single.options[0]!.key, true);
  expect(marks(several)).toEqual([true, false, true]);
  expect(marks(changeKind(several, "single", VERDICTS))).toEqual([true, false, false]);
});

test("marking another option of a single choice moves the mark", () => {
  expect(marks(mark(single, single.options[1]!.key, true))).toEqual([false, true, false]);
});

test("a copy has keys of its own", () => {
  const copy = copyOf(poll);
  expect({ ...copy, key: poll.key, options: poll.options }).toEqual(poll);
  expect(new Set([copy, poll].flatMap((one) => [one.key, ...one.options.map((option) => option.key)])).size).toBe(6);
});
