import { parse } from "papaparse";
import { expect, test } from "vitest";
import type { PlayerAnswer, QuestionSummary } from "../../wire/protocol";
import { resultsCsv } from "./csv";
import type { Standings } from "../standings";

const WORDS = {
  headings: ["Rank", "Name", "Points", "Question", "Text", "Answer", "Correct", "Right", "Earned", "Seconds"],
  yes: "yes",
  no: "no",
  locale: "en",
};
const question: QuestionSummary = {
  index: 0,
  kind: "multiple",
  text: 'Which "are", even?',
  options: ["Two", "Three", "Four"],
  correct: [0, 2],
  counts: [1, 0, 1],
  answered: 1,
  total: 2,
  points: 1000,
  time_limit_ms: 10_000,
  solution: null,
  tally: null,
};
const given: PlayerAnswer = { question: 0, answer: [0, 2], correct: true, points: 930, response_ms: 1400, share: null };

function standings(name: string, answer: PlayerAnswer | null = given, more: Partial<QuestionSummary> = {}): Standings {
  const player = { id: "a", name, avatar: "", rank: 1, points: 930, correct: 1, answers: [answer] };
  return { title: "Quiz", questions: [{ ...question, ...more }], players: [player] };
}
const rows = (of: Standings) => parse<string[]>(resultsCsv(of, WORDS).slice(1)).data;

test("one row for each player and question, below the headings", () => {
  expect(rows(standings("Ada"))).toEqual([
    WORDS.headings,
    ["1", "Ada", "930", "1", 'Which "are", even?', "Two | Four", "yes", "Two | Four", "930", "1.4"],
  ]);
});

test("lines end and quotes double as RFC 4180 says, behind a byte order mark", () => {
  const text = resultsCsv(standings("Ada, the\nfirst"), WORDS);
  expect(text.startsWith("\ufeffRank,Name,")).toBe(true);
  expect(text).toContain('\r\n1,"Ada, the\nfirst",930,1,"Which ""are"", even?",');
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", '=HYPERLINK("http://x","y")', "＝1+1"])(
  "%j is no formula as a name",
  (name) => {
    expect(rows(standings(name))[1]?.[1]).toBe(`'${name}`);
  },
);

test("no text of the quiz is a formula either", () => {
  const [, row] = rows(standings("Ada", given, { text: "=2+2", options: ["@a", "b", "c"] }));
  expect([row?.[4], row?.[5], row?.[7]]).toEqual(["'=2+2", "'@a | c", "'@a | c"]);
});

test("what was not answered, judged or seen is empty", () => {
  const missed = { ...given, answer: null, correct: false, points: 0, response_ms: null, share: null };
  expect(rows(standings("Ada", missed))[1]?.slice(5)).toEqual(["", "no", "Two | Four", "0", ""]);
  const voted = { ...given, answer: 1, correct: null, points: 0 };
  expect(rows(standings("Ada", voted, { kind: "poll", correct: [] }))[1]?.slice(5)).toEqual([
    "Three",
    "",
    "",
    "0",
    "1.4",
  ]);
  expect(rows(standings("Ada", null))[1]?.slice(5)).toEqual(["", "", "Two | Four", "", ""]);
});

test.each([
  ["de", '1;Ada;930;1;"Which ""are"", even?";Two | Four;yes;Two | Four;930;1,4'],
  ["fr", '1;Ada;930;1;"Which ""are"", even?";Two | Four;yes;Two | Four;930;1,4'],
  ["es", '1;Ada;930;1;"Which ""are"", even?";Two | Four;yes;Two | Four;930;1,4'],
  ["ar-u-nu-latn", '1;Ada;930;1;"Which ""are"", even?";Two | Four;yes;Two | Four;930;1.4'],
  ["ja", '1,Ada,930,1,"Which ""are"", even?",Two | Four,yes,Two | Four,930,1.4'],
])("Excel in %s finds cells and fractions", (locale, row) => {
  expect(resultsCsv(standings("Ada"), { ...WORDS, locale }).split("\r\n")[1]).toBe(row);
});

test("an answer that was typed stands as it was typed", () => {
  const typed = { ...given, answer: "=cmd" };
  expect(rows(standings("Ada", typed, { kind: "single", options: [], correct: [] }))[1]?.[5]).toBe("'=cmd");
});
