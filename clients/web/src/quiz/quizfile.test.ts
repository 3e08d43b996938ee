import { expect, test } from "vitest";
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
  ["Expected `array`, got `str` - at `$.quiz.questions[3].options`", "Question 4, options: expected a list, got text"],
  ["Expected `array` of length >= 2 - at `$.quiz.questions[0].options`", "Question 1, options: at least 2 are needed"],
  [
    "Object missing required field `text` - at `$.quiz.questions[0].options[1]`",
    "Question 1, option 2: “text” is missing",
  ],
  ["Expected `str` of length >= 1 - at `$.quiz.questions[9].text`", "Question 10, text: must not be empty"],
  [
    "Expected `int` >= 1000 - at `$.quiz.questions[1].time_limit_ms`",
    "Question 2, time limit (time_limit_ms): must be at least 1,000",
  ],
  [
    "`options`: a single question needs exactly one correct option, not 2 - at `$.quiz.questions[2]`",
    "Question 3: exactly one option must be correct",
  ],
  ["Invalid enum value 'essay' - at `$.quiz.questions[0].kind`", "Question 1, kind: there is no 'essay'"],
  ["Expected `str` of length <= 120 - at `$.quiz.title`", "Title: at most 120 characters are allowed"],
  ["Expected `int` <= 10000 - at `$.settings.lead_ms`", "Settings, lead_ms: must be at most 10,000"],
])("the server's %j names question and field", (message, words) => {
  expect(explain(message)).toBe(words);
});
