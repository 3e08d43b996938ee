import { expect, test } from "vitest";
import type { PlayerAnswer, Question, QuestionSummary } from "../../wire/protocol";
import type { Standings } from "../standings";
import { itemsOnPaper } from "./items";
import { needHelp, playerSheets } from "./people";

const item = (question: Question) => itemsOnPaper({ title: "Quiz", questions: [question] })[0]!;

test.each<[Question, object, string]>([
  [
    { kind: "single", text: "?", options: [{ text: "Lima" }, { text: "Nairobi", correct: true }] },
    { type: "options", texts: ["Lima", "Nairobi"], several: false },
    "B Nairobi",
  ],
  [
    {
      kind: "multiple",
      text: "?",
      options: [{ text: "a", correct: true }, { text: "b" }, { text: "c", correct: true }],
    },
    { type: "options", texts: ["a", "b", "c"], several: true },
    "A a · C c",
  ],
  [
    { kind: "poll", text: "?", options: [{ text: "a" }, { text: "b" }], max_choices: 2 },
    { type: "options", texts: ["a", "b"], several: true },
    "",
  ],
  [
    { kind: "text", text: "?", accepted: ["Canberra", { text: "ACT", share: 50 }] },
    { type: "lines", count: 1, unit: "" },
    "Canberra · ACT (50 %)",
  ],
  [
    { kind: "number", text: "?", value: "6650", tolerance: "100", unit: "km" },
    { type: "lines", count: 1, unit: "km" },
    "6650 ± 100 km",
  ],
  [
    { kind: "order", text: "?", items: ["Mars", "Earth", "Venus"] },
    { type: "places", texts: ["Earth", "Mars", "Venus"], own: false },
    "1 Mars · 2 Earth · 3 Venus",
  ],
  [
    {
      kind: "match",
      text: "?",
      pairs: [
        { left: "Kenya", right: "Nairobi" },
        { left: "Peru", right: "Lima" },
      ],
      extra: ["Quito"],
    },
    { type: "pairs", left: ["Kenya", "Peru"], right: ["Lima", "Nairobi", "Quito"] },
    "1 Kenya – B Nairobi · 2 Peru – A Lima",
  ],
  [{ kind: "words", text: "?", max_words: 3 }, { type: "lines", count: 3, unit: "" }, ""],
  [
    { kind: "scale", text: "?", min_label: "no", max_label: "yes", steps: 7 },
    { type: "scale", steps: 7, from: "no", to: "yes" },
    "",
  ],
  [
    { kind: "ranking", text: "?", options: [{ text: "Sea" }, { text: "City" }] },
    { type: "places", texts: ["Sea", "City"], own: true },
    "",
  ],
])("on paper, %j", (question, field, right) => {
  expect(item(question)).toEqual({ number: 1, question, field, right });
});

test("the order of the alphabet does not tell the right order", () => {
  expect(item({ kind: "order", text: "?", items: ["a", "b", "c"] }).field).toMatchObject({ texts: ["c", "b", "a"] });
});

test("slides stand between the questions and have no number", () => {
  const questions: Question[] = [
    { kind: "slide", text: "Look" },
    { kind: "open", text: "?" },
    { kind: "open", text: "?" },
  ];
  expect(itemsOnPaper({ title: "", questions }).map(({ number }) => number)).toEqual([null, 1, 2]);
});

const QUESTION: QuestionSummary = {
  index: 0,
  kind: "single",
  text: "?",
  options: ["Lima", "Bern"],
  correct: [1],
  counts: [],
  answered: 0,
  total: 0,
  points: 1000,
  time_limit_ms: null,
  solution: null,
  tally: null,
};
const gave = (answer: number | null, share: number | null): PlayerAnswer => ({
  question: 0,
  answer,
  correct: share === null ? null : share === 100,
  points: 0,
  response_ms: null,
  share,
});
function played(players: Record<string, (PlayerAnswer | null)[]>): Standings {
  const all = Object.entries(players);
  return {
    title: "Quiz",
    questions: all[0]![1].map((_, index) => ({ ...QUESTION, index })),
    players: all.map(([name, answers]) => ({ id: name, name, avatar: "", rank: 1, points: 0, correct: 0, answers })),
  };
}

test("a player's page has each question with what was answered and what was right", () => {
  const [sheet] = playerSheets(
    played({ Ada: [gave(1, 100), gave(0, 50), gave(0, 0), gave(null, 0), gave(0, null), null] }),
  );
  expect(sheet).toMatchObject({ name: "Ada", right: 1.5, judged: 4 });
  expect(sheet!.lines.map(({ answer, correct, verdict }) => [answer, correct, verdict])).toEqual([
    ["Bern", "Bern", "right"],
    ["Lima", "Bern", "part"],
    ["Lima", "Bern", "wrong"],
    ["", "Bern", "none"],
    ["Lima", "Bern", null],
    ["", "Bern", null],
  ]);
});

test("help needs who has fewer than half right of what was asked while they were there, the weakest first", () => {
  const sheets = playerSheets(
    played({
      half: [gave(1, 100), gave(0, 0), gave(1, null)],
      weak: [gave(0, 40), gave(0, 0), null],
      weakest: [gave(0, 0), gave(0, 0), null],
      late: [null, gave(1, 100), null],
      absent: [null, null, null],
    }),
  );
  expect(needHelp(sheets).map(({ name }) => name)).toEqual(["weakest", "weak"]);
});
