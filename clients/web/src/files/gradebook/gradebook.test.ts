import { parse } from "papaparse";
import { expect, test } from "vitest";
import type { PlayerAnswer, QuestionSummary } from "../../wire/protocol";
import type { Standings } from "../standings";
import { readClassList } from "./classlist";
import { gradesOf } from "./grades";
import { matched } from "./match";
import { gradebookCsv } from "./write";

/** As Canvas exports its grade book, by its guide: columns of identity, assignments, and a row about the columns. */
const CANVAS = `Student,ID,SIS User ID,SIS Login ID,Section,Essay (4711),Final Score
,,,,,Manual Posting,
    Points Possible,,,,,10,(read only)
"Lovelace, Ada",101,S-1,ada.l@school.example,Class 8b,9,90
"Müller, Zoë",102,S-2,zmueller,Class 8b,8,80
"Student, Test",103,,,Class 8b,,
`;
/** As Moodle exports its grade book and its list of participants, in German. */
const MOODLE = `Vorname,Nachname,ID-Nummer,Institution,E-Mail-Adresse,Aufgabe: Aufsatz (Punkte)
Ada,Lovelace,S-1,Schule,ada@school.example,"9,00"
Zoë,Müller,S-2,Schule,zoe@school.example,-
Zoë,Meier,S-3,Schule,zoe.m@school.example,-
`;
const question = (index: number): QuestionSummary => ({
  index,
  kind: "single",
  text: "?",
  options: ["a", "b"],
  correct: [0],
  counts: [],
  answered: 0,
  total: 0,
  points: 1000,
  time_limit_ms: 10_000,
  solution: null,
  tally: null,
});
const answer = (share: number | null): PlayerAnswer => ({
  question: 0,
  answer: 0,
  correct: share === null ? null : share === 100,
  points: 0,
  response_ms: 1,
  share,
});
function standings(...players: [name: string, shares: (number | null | undefined)[]][]): Standings {
  return {
    title: "Rivers",
    questions: players[0]![1].map((_, index) => question(index)),
    players: players.map(([name, shares], rank) => ({
      id: name,
      name,
      avatar: "",
      rank,
      points: 0,
      correct: 0,
      answers: shares.map((share) => (share === undefined ? null : answer(share))),
    })),
  };
}
const rows = (text: string) => parse<string[]>(text).data;
const GRADED = { title: "Rivers", possible: 3, grades: [{ name: "ADA", right: 2.5 }] };

test("a grade is what was right: parts count, polls do not, and who came late has nothing for what came before", () => {
  expect(gradesOf(standings(["Ada", [100, 50, null, 100]], ["Zoë", [undefined, 100, null, 0]]))).toEqual({
    possible: 3,
    grades: [
      { name: "Ada", right: 2.5 },
      { name: "Zoë", right: 1 },
    ],
  });
});

test("results that were kept before shares were count right answers", () => {
  const kept = standings(["Ada", [100]]);
  delete (kept.players[0]!.answers[0] as Partial<PlayerAnswer>).share;
  expect(gradesOf(kept).grades).toEqual([{ name: "Ada", right: 1 }]);
});

test("Canvas gets its own columns back, the points that are possible, and one assignment", () => {
  const list = readClassList(CANVAS)!;
  expect(list.columns).toEqual(["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]);
  expect(rows(gradebookCsv(GRADED, "canvas", list))).toEqual([
    ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Rivers"],
    ["    Points Possible", "", "", "", "", "3"],
    ["Lovelace, Ada", "101", "S-1", "ada.l@school.example", "Class 8b", "2.5"],
    ["Müller, Zoë", "102", "S-2", "zmueller", "Class 8b", ""],
    ["Student, Test", "103", "", "", "Class 8b", ""],
  ]);
});

test("Moodle gets the columns that it can map, and percent", () => {
  expect(rows(gradebookCsv(GRADED, "moodle", readClassList(MOODLE)!))).toEqual([
    ["Vorname", "Nachname", "ID-Nummer", "E-Mail-Adresse", "Rivers"],
    ["Ada", "Lovelace", "S-1", "ada@school.example", "83.33"],
    ["Zoë", "Müller", "S-2", "zoe@school.example", ""],
    ["Zoë", "Meier", "S-3", "zoe.m@school.example", ""],
  ]);
});

test("without a list the name stands for itself, in the format of each program", () => {
  expect(rows(gradebookCsv(GRADED, "canvas"))).toEqual([
    ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Rivers"],
    ["    Points Possible", "", "", "", "", "3"],
    ["ADA", "", "", "", "", "2.5"],
  ]);
  expect(rows(gradebookCsv(GRADED, "moodle"))).toEqual([
    ["Username", "Rivers"],
    ["ADA", "83.33"],
  ]);
});

test.each(["Ada Lovelace", "lovelace  ada", "Lovelace, Ada", "ADA", "S-1", "101", "ada.l", "ada.l@school.example"])(
  "in Canvas's list, %j is Ada Lovelace",
  (name) => {
    const { found, unknown } = matched(readClassList(CANVAS)!, [{ name, right: 1 }]);
    expect([[...found.keys()].map(({ cells }) => cells[1]), unknown]).toEqual([["101"], []]);
  },
);

test.each([
  ["Zoe Müller", "S-2"],
  ["MULLER ZOE", "S-2"],
  ["zoe.m", "S-3"],
  ["Zoë", undefined],
  ["Grace", undefined],
])("in Moodle's list, %j is %j", (name, id) => {
  const { found, unknown } = matched(readClassList(MOODLE)!, [{ name, right: 1 }]);
  expect([...found.keys()][0]?.cells[2]).toBe(id);
  expect(unknown).toEqual(id ? [] : [name]);
});

test("two players who are the same person are both left to the teacher", () => {
  const grades = ["Ada", "Ada Lovelace"].map((name) => ({ name, right: 1 }));
  const { found, unknown } = matched(readClassList(MOODLE)!, grades);
  expect([found.size, unknown]).toEqual([0, ["Ada", "Ada Lovelace"]]);
});

test.each(["", "a;b\n1;2\n", "Question,Answer\nWhy?,So\n", "Student,ID\nAda,1\n"])("%j is no class list", (text) => {
  expect(readClassList(text)).toBeNull();
});

test("a semicolon parts Moodle's columns, too, and no name is a formula", () => {
  const list = readClassList("First name;Last name;Username\n=cmd;X;ada\n")!;
  expect(rows(gradebookCsv({ ...GRADED, title: "=1", grades: [] }, "moodle", list))).toEqual([
    ["First name", "Last name", "Username", "'=1"],
    ["'=cmd", "X", "ada", ""],
  ]);
});

test("a number in brackets at the end of a title is no number of an assignment", () => {
  expect(gradebookCsv({ ...GRADED, title: "Rivers (2)" }, "canvas").split("\r\n")[0]).toMatch(/,Rivers \[2\]$/);
});
