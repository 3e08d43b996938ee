/**
 * The list of a class, as Moodle and Canvas export it (the grade book, or Moodle's list of participants): whose name a
 * player's name is, and the identifiers by which those programs know that person.
 */

import { readCells } from "../../quiz/import/table/csv";

export type Program = "canvas" | "moodle";

export interface Person {
  /** The identifying cells, one for each of the list's columns. */
  cells: string[];
  /** By what the person may call themselves, ready to be compared. */
  names: string[];
}

export interface ClassList {
  program: Program;
  /** The headings of the columns that identify a person, as in the file. */
  columns: string[];
  people: Person[];
}

type Field = "student" | "first" | "last" | "id" | "login" | "email" | "other";

/** Canvas's headings: its importer wants the columns from the first to Section, in this order. */
const CANVAS: Record<string, Field> = {
  Student: "student",
  ID: "id",
  "SIS User ID": "id",
  "SIS Login ID": "login",
  "Integration ID": "id",
  "Root Account": "other",
  Section: "other",
};
/** Moodle's, in the languages of QuickPoll. */
const MOODLE: Record<Exclude<Field, "student" | "other">, RegExp> = {
  first: /^(first ?name|vorname|pr[ée]nom|nombre|الاسم الأول|名)$/i,
  last: /^(last ?name|surname|nachname|nom( de famille)?|apellidos?(\(s\))?|الاسم الأخير|اسم العائلة|姓)$/i,
  id: /^(id number|id-nummer|num[ée]ro d['’]identification|n[úu]mero de id|رقم (ال)?(هوية|تعريف)|id ?ナンバー)$/i,
  login: /^(username|anmeldename|nom d['’]utilisateur|nombre de usuario|اسم المستخدم|ユーザ名)$/i,
  email:
    /^(e-?mail( address)?|e-mail-adresse|adresse de courriel|direcci[óo]n (de correo|email)|(عنوان )?البريد الإلكتروني|メールアドレス)$/i,
};

/** Texts that differ only in case, accents, signs and spaces are the same. */
export function compared(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{Mark}+/gu, "$1")
    .normalize("NFC")
    .replace(/[^\p{Letter}\p{Mark}\p{Number}@]+/gu, " ")
    .trim()
    .toLowerCase();
}

/** The list in a text; null where it is none of the two programs'. */
export function readClassList(text: string): ClassList | null {
  const table = readCells(text);
  const [head, ...rows] = table?.rows ?? [];
  if (!head) return null;
  const headings = head.map((cell) => cell.trim());
  return canvasList(headings, rows) ?? moodleList(headings, rows);
}

function canvasList(headings: string[], rows: string[][]): ClassList | null {
  if (headings[0] !== "Student" || headings[1] !== "ID") return null;
  const width = headings.indexOf("Section") + 1;
  if (width === 0 || headings.slice(0, width).some((heading) => !(heading in CANVAS))) return null;
  const fields = headings.slice(0, width).map((heading) => CANVAS[heading]!);
  // Below the headings stand rows about the columns, whose ID is empty.
  const people = rows.filter((row) => row[0]?.trim() && row[1]?.trim()).map((row) => person(row, fields, width));
  return { program: "canvas", columns: headings.slice(0, width), people };
}

function moodleList(headings: string[], rows: string[][]): ClassList | null {
  const known = Object.entries(MOODLE) as [Field, RegExp][];
  const fields = headings.map((heading) => known.find(([, names]) => names.test(heading))?.[0] ?? "other");
  const identified = (["id", "login", "email"] as const).some((field) => fields.includes(field));
  if (!identified || !(fields.includes("first") || fields.includes("last"))) return null;
  const kept = fields.flatMap((field, place) => (field === "other" ? [] : [place]));
  const pick = (row: string[]) => kept.map((place) => row[place]?.trim() ?? "");
  const shown = kept.map((place) => fields[place]!);
  const people = rows.map((row) => person(pick(row), shown, kept.length));
  return { program: "moodle", columns: pick(headings), people };
}

function person(row: string[], fields: readonly Field[], width: number): Person {
  const cells = Array.from({ length: width }, (_, place) => row[place]?.trim() ?? "");
  const all = (field: Field) => cells.filter((cell, place) => fields[place] === field && cell !== "");
  const [first = ""] = all("first");
  const [last = ""] = all("last");
  const emails = [...all("email"), ...all("login")];
  const written = [
    // Canvas writes "Lovelace, Ada".
    ...all("student").flatMap((name) => [name, name.split(",").reverse().join(" ")]),
    ...all("student").map((name) => name.split(",")[1] ?? name.split(" ")[0]!),
    first && last ? `${first} ${last}` : "",
    first && last ? `${last} ${first}` : "",
    first,
    ...all("id"),
    ...emails,
    ...emails.map((email) => email.split("@")[0]!),
  ];
  return { cells, names: [...new Set(written.map(compared).filter((name) => name !== ""))] };
}
