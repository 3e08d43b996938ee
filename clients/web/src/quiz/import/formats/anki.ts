/** Anki's notes as text: its head says what parts the fields and which columns are no fields; gaps of cloze notes. */

import { parse } from "papaparse";
import { Builder } from "../build";
import { htmlToText, pictures } from "../html";
import { type Clock, ROWS } from "../limits";
import type { ImportedQuiz } from "../model";
import type { Report } from "../report";
import { clean } from "../text";

const NAMED: Record<string, string> = { tab: "\t", comma: ",", semicolon: ";", pipe: "|", colon: ":", space: " " };
const GAP = /\{\{c(\d+)::((?:(?!\}\}|::)[\s\S])*)(?:::((?:(?!\}\})[\s\S])*))?\}\}/g;

export const looksLikeAnki = (text: string): boolean =>
  /^#(separator|html|columns|deck|notetype|guid|tags)( column)?\s*:/i.test(text);

export function readAnki(text: string, report: Report, clock: Clock): ImportedQuiz[] {
  const builder = new Builder(report);
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("#"));
  const head = lines.slice(0, end < 0 ? lines.length : end);
  const said = (pattern: RegExp) => head.map((line) => pattern.exec(line)?.[1]).find((one) => one !== undefined);
  const named = said(/^#separator\s*:\s*(.+?)\s*$/i);
  const body = lines.slice(head.length).join("\n");
  const delimiter = named ? (NAMED[named.toLowerCase()] ?? named) : body.includes("\t") ? "\t" : ";";
  const aside = new Set(
    head.flatMap((line) => /^#\w+ column\s*:\s*(\d+)/i.exec(line)?.[1] ?? []).map((one) => Number(one) - 1),
  );
  const html = /^true/i.test(said(/^#html\s*:\s*(.*)$/i) ?? "");
  let number = head.length + 1;
  const { data } = parse<string[]>(body, { delimiter, newline: "\n", preview: ROWS });
  for (const row of data) {
    clock.check();
    const place = { unit: "line", number } as const;
    number += 1 + row.join("").split("\n").length - 1;
    const fields = row.filter((_, index) => !aside.has(index));
    if (fields.some((field) => field.trim())) note(fields, place, html, builder);
  }
  return [builder.quiz];
}

function note(fields: string[], place: { unit: "line"; number: number }, html: boolean, builder: Builder): void {
  const plain = (field: string) =>
    clean(
      (html || /<(br|div|b|i|img|span|p|u)\b[^<>]*>/i.test(field) ? htmlToText(field) : field).replace(
        /\[sound:[^\]]*\]/g,
        " ",
      ),
    );
  const [front = "", ...rest] = fields;
  const before = builder.quiz.questions.length;
  const gaps = [...front.matchAll(GAP)];
  const asked = plain(front.replace(GAP, (_, _number, _answer, hint?: string) => (hint ? `_____ (${hint})` : "_____")));
  const back = rest.map(plain).find(Boolean) ?? "";
  const frame = { place, text: asked };
  if (gaps.length > 0) {
    if (gaps.length > 1) builder.refuse(frame, "gaps");
    else builder.typed({ ...frame, explanation: back }, [plain(gaps[0]![2]!)]);
  } else if (back) builder.typed(frame, [back]);
  else builder.refuse({ ...frame, text: asked || plain(front) }, "no_definition");
  if (builder.quiz.questions.length === before) return;
  const all = fields.join(" ");
  if (pictures(all).length > 0) builder.report.changed(place, "picture_left", asked);
  else if (/\[sound:/.test(all)) builder.report.changed(place, "media_left", asked);
}
