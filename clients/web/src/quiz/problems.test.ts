import { expect, test } from "vitest";
import { type Draft, type DraftQuestion, newOption, newQuestion } from "./draft";
import * as limits from "./limits";
import { type ProblemCode, problemsOf } from "./problems";

const VERDICTS = ["True", "False"] as const;
const good: DraftQuestion = {
  ...newQuestion("single", VERDICTS),
  key: "q",
  text: "Who?",
  options: [newOption("Ada", true), newOption("Bob")],
};
const draft = (change: Partial<DraftQuestion> = {}): Draft => ({ title: "T", questions: [{ ...good, ...change }] });
const codes = (of: Draft) => problemsOf(of).map((problem) => problem.code);

test("a good quiz has no problems, at each of its limits", () => {
  const options = Array.from({ length: 10 }, (_, index) => newOption(`${index}`.repeat(200), index === 0));
  const image = `data:image/webp;base64,${"A".repeat(limits.IMAGE_CHARACTERS - 23)}`;
  const most = {
    text: "x".repeat(500),
    options,
    time_limit_ms: 300_000,
    points: 2000,
    explanation: "x".repeat(1000),
    image,
  };
  expect(codes(draft())).toEqual([]);
  expect(codes({ ...draft(most), title: "x".repeat(120) })).toEqual([]);
  expect(codes(draft({ time_limit_ms: 1000, points: 0 }))).toEqual([]);
});

test("signs outside the first 65,536 count as one, as on the server", () => {
  expect(codes({ ...draft(), title: "😀".repeat(120) })).toEqual([]);
  expect(problemsOf({ ...draft(), title: "😀".repeat(121) })).toMatchObject([{ code: "too_long", count: 1 }]);
});

test.each<[Partial<DraftQuestion>, ProblemCode]>([
  [{ text: " " }, "text_missing"],
  [{ text: "x".repeat(501) }, "too_long"],
  [{ options: [newOption("A", true), newOption(" ")] }, "option_missing"],
  [{ options: [newOption("A", true), newOption("x".repeat(201))] }, "too_long"],
  [{ options: [newOption("A", true)] }, "too_few_options"],
  [{ options: [newOption("A", true), ..."BCDEFGHIJK".split("").map((text) => newOption(text))] }, "too_many_options"],
  [{ options: [newOption("A"), newOption("B")] }, "mark_one"],
  [{ options: [newOption("A", true), newOption("B", true)] }, "mark_one"],
  [{ kind: "true_false", options: [newOption("A"), newOption("B"), newOption("C", true)] }, "mark_one"],
  [{ kind: "multiple", options: [newOption("A"), newOption("B")] }, "mark_some"],
  [{ time_limit_ms: 999 }, "time_limit"],
  [{ time_limit_ms: null }, "time_limit"],
  [{ time_limit_ms: 1000.5 }, "time_limit"],
  [{ points: 2001 }, "points"],
  [{ points: -1 }, "points"],
  [{ explanation: "x".repeat(1001) }, "too_long"],
  [{ image: "https://elsewhere.example/a.png" }, "image"],
  [{ image: `data:image/png;base64,${"A".repeat(65_536)}` }, "image"],
])("%j: %s", (change, code) => {
  const [problem, ...others] = problemsOf(draft(change));
  expect(problem).toMatchObject({ code, question: "q" });
  expect(others).toEqual([]);
});

test("a poll needs no mark and no points; several marks suit a multiple choice", () => {
  expect(codes(draft({ kind: "poll", points: null, options: [newOption("A"), newOption("B")] }))).toEqual([]);
  expect(codes(draft({ kind: "multiple", options: [newOption("A", true), newOption("B", true)] }))).toEqual([]);
});

test("a quiz needs a title and a question, and not too many", () => {
  expect(codes({ title: "", questions: [] })).toEqual(["title_missing", "no_questions"]);
  expect(codes({ title: "T", questions: Array.from({ length: 201 }, () => good) })).toEqual(["too_many_questions"]);
});

test("a quiz over the size of a message is refused", () => {
  const image = `data:image/webp;base64,${"A".repeat(65_000)}`;
  expect(codes({ title: "T", questions: Array.from({ length: 16 }, () => ({ ...good, image })) })).toEqual([]);
  expect(codes({ title: "T", questions: Array.from({ length: 17 }, () => ({ ...good, image })) })).toEqual(["too_big"]);
});
