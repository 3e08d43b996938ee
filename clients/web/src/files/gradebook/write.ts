/**
 * Grades as CSV, as the grade books of Moodle and Canvas import them: a column for the game beside those that say whose
 * grade it is. Decimal point and comma, whatever the language: both programs take them.
 *
 * Canvas (its guide "How do I import grades in the Gradebook?"): Student, ID, SIS User ID, SIS Login ID, Section, a column
 * for each assignment, and below the headings how many points are possible. Moodle (its page "Grade import"): any columns,
 * which are mapped when it is imported; a new grade item goes up to 100.
 */

import { unparse } from "papaparse";
import type { ClassList, Program } from "./classlist";
import type { Grade } from "./grades";
import { matched } from "./match";

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const CANVAS_COLUMNS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"];
/** As Canvas writes it. */
const POINTS_POSSIBLE = "    Points Possible";

export interface Graded {
  title: string;
  possible: number;
  grades: readonly Grade[];
}

/** The text of the file. @param list - whose names the players' are; without one, each name stands for itself */
export function gradebookCsv({ title, possible, grades }: Graded, program: Program, list?: ClassList): string {
  const canvas = program === "canvas";
  const written = ({ right }: Grade) => rounded(canvas || possible === 0 ? right : (100 * right) / possible);
  const columns = list?.columns ?? (canvas ? CANVAS_COLUMNS : ["Username"]);
  const blank = columns.slice(1).map(() => "");
  const found = list && matched(list, grades).found;
  const rows = list
    ? list.people.map((person) => [...person.cells, graded(found?.get(person), written)])
    : grades.map((grade) => [grade.name, ...blank, written(grade)]);
  const head = [[...columns, heading(title)], ...(canvas ? [[POINTS_POSSIBLE, ...blank, possible]] : [])];
  return unparse([...head, ...rows], { newline: "\r\n", escapeFormulae: FORMULA });
}

const rounded = (value: number) => Number(value.toFixed(2));

/** Who did not play has no grade: an empty cell changes nothing in the grade book. */
const graded = (grade: Grade | undefined, written: (grade: Grade) => number) => (grade ? written(grade) : "");

/** Canvas takes a number in brackets at the end for the number of an assignment. */
const heading = (title: string) => title.replace(/\((\d+)\)\s*$/, "[$1]").trim() || "Quiz";
