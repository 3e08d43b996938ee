import { expect, test } from "vitest";
import { BrokenRule } from "../wire/protocol";
import { QuizProblem, explain, parseQuiz } from "./quizfile";

const quiz = {
  title: "Capitals",
  questions: [{ kind: "poll", text: "Where to?", options: [{ text: "Rome" }, { text: "Oslo" }] }],
};

test("a quiz is read from JSON and from YAML", async () => {
  const yaml =
    "title: Capitals\nquestions:\n  - kind: poll\n    text: Where to?\n    options: [{ text: Rome }, { text: Oslo }]\n";
  expect(await parseQuiz(JSON.stringify(quiz))).toEqual(quiz);
  expect(await parseQuiz(yaml)).toEqual(quiz);
});

test.each([
  ["{ title: ", "not valid JSON"],
  ["a: [", "not valid YAML"],
  ["just words", "not a quiz"],
  ["[]", "not a quiz"],
  ['{"questions": []}', "Title: missing"],
  ['{"title": "T", "questions": {}}', "Questions: there should be"],
  ['{"title": "T", "questions": []}', "Questions: there should be"],
  ['{"title": "T", "questions": [{"text": "a"}, {}]}', "Question 2, text"],
])("%s is refused with a reason", async (text, reason) => {
  await expect(parseQuiz(text)).rejects.toThrow(QuizProblem);
  await expect(parseQuiz(text)).rejects.toThrow(reason);
});

test("a quiz that the server would not take for its size is refused here", async () => {
  const big = { ...quiz, questions: [{ ...quiz.questions[0], image: "x".repeat(1024 * 1024) }] };
  await expect(parseQuiz(JSON.stringify(big))).rejects.toThrow("over 1 MB");
});

test.each([
  ["$.quiz.questions[3].options", "type", "array", "Question 4, options: must be a list"],
  ["$.quiz.questions[0].image", "type", "string | null", "Question 1, image: must be text"],
  ["$.quiz.questions[0].options", "too_few", 2, "Question 1, options: at least 2 are needed"],
  ["$.quiz.questions[0].options[1].text", "missing", undefined, "Question 1, option 2, text: missing"],
  ["$.quiz.questions[9].text", "too_short", 1, "Question 10, text: must not be empty"],
  [
    "$.quiz.questions[1].time_limit_ms",
    "too_small",
    1000,
    "Question 2, time limit (time_limit_ms): must be at least 1,000",
  ],
  ["$.quiz.questions[2].options", "one_correct", undefined, "Question 3, options: exactly one option must be correct"],
  ["$.quiz.questions[0].kind", "unknown", "essay", "Question 1, kind: there is no “essay”"],
  ["$.quiz.title", "too_long", 120, "Title: at most 120 characters are allowed"],
  ["$.settings.lead_ms", "too_large", 10000, "Settings, lead_ms: must be at most 10,000"],
  ["$.quiz.questions[0].image", "format", undefined, "Question 1, image: must be a picture of QuickPoll"],
  ["$.quiz.questions[0].value", "format", undefined, "Question 1, value: must be a number such as -12.5"],
  ["$.quiz.questions[0].accepted[1]", "blank", undefined, "Question 1, accepted 2: must not be empty"],
] as const)("of %s, %s %s is said in words", (path, rule, limit, words) => {
  expect(explain({ broken: { path, rule, limit }, message: "not this" })).toContain(words);
});

test("every rule of a quiz has its words, and a newer one the server's", () => {
  const rulings: BrokenRule[] = ["one_decision", "not_an_order"];
  for (const rule of Object.values(BrokenRule).filter((one) => !rulings.includes(one))) {
    expect(explain({ broken: { path: "$.quiz", rule, limit: 1 }, message: "not this" })).not.toContain("not this");
  }
  expect(explain({ broken: {}, message: "The server's words." })).toBe("The server's words.");
});
