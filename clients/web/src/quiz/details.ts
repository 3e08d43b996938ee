/** What only some kinds of questions have: from a question to the draft of it, back, and what is wrong with it. */

import { editOf } from "../kinds/edit";
import type { DetailField } from "../kinds/kind";
import type { Question } from "../wire/protocol";
import { randomId } from "../wire/socket";
import { readNumber } from "../kinds/number/read";
import type { DraftDetails, DraftQuestion, DraftRow } from "./types";

type Written = Record<string, unknown>;
type ListField = Extract<DetailField, { type: "list" }>;

export const newRow = (text = "", other?: string, share?: number): DraftRow => ({
  key: randomId(),
  text,
  other,
  share,
});

/** The lines of a list; as many empty ones as are needed where there are none yet. */
export function rowsOf({ details = {} }: DraftQuestion, { name, least }: ListField): DraftRow[] {
  const rows = details[name];
  return Array.isArray(rows) && rows.length > 0
    ? rows
    : Array.from({ length: least }, (_, at) => ({ key: `${name}-${at}`, text: "" }));
}

export function lineOf({ details = {} }: DraftQuestion, name: string): string {
  const line = details[name];
  return typeof line === "string" ? line : "";
}

export const isOn = ({ details = {} }: DraftQuestion, name: string): boolean => details[name] === true;

/** What is written of the fields of a kind, as the question travels. */
export function writtenDetails(question: DraftQuestion): Written {
  const written: Written = {};
  for (const field of editOf(question.kind).details) {
    const value = writtenField(question, field);
    if (value !== undefined) written[field.name] = value;
  }
  return written;
}

function writtenField(question: DraftQuestion, field: DetailField): unknown {
  switch (field.type) {
    case "switch":
      return isOn(question, field.name) ? field.on : undefined;
    case "count": {
      const line = lineOf(question, field.name);
      return line === "" ? undefined : Number(line);
    }
    case "line": {
      const line = lineOf(question, field.name).trim();
      if (line === "") return field.needed ? "" : undefined;
      return field.numeric ? (readNumber(line).value ?? line) : line;
    }
    case "list": {
      const rows = filled(question, field);
      if (rows.length === 0 && field.least === 0) return undefined;
      return rows.map((row) => writtenRow(row, field));
    }
  }
}

function writtenRow({ text, other = "", share = 100 }: DraftRow, { paired, shared }: ListField): unknown {
  if (paired) return { left: text.trim(), right: other.trim() };
  return shared && share < 100 ? { text: text.trim(), share } : text.trim();
}

/** The lines in which something is written. */
export function filled(question: DraftQuestion, field: ListField): DraftRow[] {
  return rowsOf(question, field).filter(({ text, other }) => text.trim() !== "" || (other ?? "").trim() !== "");
}

/** The fields of a question in a file, whatever somebody wrote there. */
export function draftDetails(kind: Question["kind"], question: Written): DraftDetails {
  const details: DraftDetails = {};
  for (const field of editOf(kind).details) {
    const value = question[field.name];
    if (value === undefined || value === null) continue;
    if (field.type === "switch") details[field.name] = value === field.on;
    else if (field.type !== "list") details[field.name] = said(value);
    else if (Array.isArray(value)) details[field.name] = value.map(draftRow);
  }
  return details;
}

function draftRow(value: unknown): DraftRow {
  if (typeof value !== "object" || value === null) return newRow(String(value));
  const { text, left, right, share } = value as Written;
  return newRow(
    said(text ?? left),
    right === undefined ? undefined : said(right),
    typeof share === "number" ? share : undefined,
  );
}

const said = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/** Copies with keys of their own. */
export function copiedDetails(details: DraftDetails = {}): DraftDetails {
  const copy = (value: DraftDetails[string]) =>
    Array.isArray(value) ? value.map((row) => ({ ...row, key: randomId() })) : value;
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [name, copy(value)]));
}
