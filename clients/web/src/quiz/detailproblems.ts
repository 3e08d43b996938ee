/** What is wrong with the fields that only some kinds of questions have. */

import { editOf } from "../kinds/edit";
import type { DetailField } from "../kinds/kind";
import { readNumber } from "../kinds/number/read";
import { sliderOf } from "../kinds/number/slider";
import { filled, lineOf } from "./details";
import { type Problem, detailField } from "./fields";
import type { DraftQuestion } from "./types";

const MOST_SLIDER_STEPS = 1000;

export function problemsOfDetails(question: DraftQuestion): Problem[] {
  return editOf(question.kind).details.flatMap((field) => {
    const found = problemOf(question, field);
    return found ? [{ field: detailField(question.key, field.name), question: question.key, ...found }] : [];
  });
}

type Found = Pick<Problem, "code" | "count" | "missing">;

function problemOf(question: DraftQuestion, field: DetailField): Found | null {
  switch (field.type) {
    case "switch":
      return null;
    case "count":
      return problemOfCount(question, field);
    case "list":
      return problemOfList(question, field);
    case "line": {
      const line = lineOf(question, field.name).trim();
      if (!field.numeric) {
        const over = Array.from(line).length - field.characters;
        return over > 0 ? { code: "too_long", count: over } : null;
      }
      return problemOfNumber(question, field.name, line, field.needed === true);
    }
  }
}

function problemOfCount(question: DraftQuestion, field: Extract<DetailField, { type: "count" }>): Found | null {
  const line = lineOf(question, field.name).trim();
  // Nobody ranks or chooses more than there are.
  const most = editOf(question.kind).optioned ? Math.min(field.most, question.options.length) : field.most;
  if (line === "") return null;
  const count = Number(line);
  return Number.isInteger(count) && count >= field.least && count <= most ? null : { code: "count" };
}

function problemOfList(question: DraftQuestion, field: Extract<DetailField, { type: "list" }>): Found | null {
  const rows = filled(question, field);
  if (rows.length < field.least) return { code: "too_few_rows", count: field.least, missing: true };
  if (field.paired && rows.some(({ text, other }) => text.trim() === "" || (other ?? "").trim() === ""))
    return { code: "half_pair", missing: true };
  const over = Math.max(
    0,
    ...rows.flatMap(({ text, other = "" }) => [text, other]).map((text) => Array.from(text.trim()).length),
  );
  if (over > field.characters) return { code: "too_long", count: over - field.characters };
  // Accepted texts may be the same with another share: the first one counts.
  const texts = new Set(rows.map(({ text }) => text.trim()));
  return !field.shared && texts.size < rows.length ? { code: "same_rows" } : null;
}

function problemOfNumber(question: DraftQuestion, name: string, line: string, needed: boolean): Found | null {
  if (line === "") {
    if (needed) return { code: "number_missing", missing: true };
    return name === "step" && sliderIsWrong(question) ? { code: "slider", missing: true } : null;
  }
  const { value, other } = readNumber(line);
  if (value === null || other !== undefined || (name === "tolerance" && value.startsWith("-")))
    return { code: "number" };
  return name === "step" && sliderIsWrong(question) ? { code: "slider" } : null;
}

function sliderIsWrong(question: DraftQuestion): boolean {
  const [min, max, step, value] = ["min", "max", "step", "value"].map(
    (name) => readNumber(lineOf(question, name)).value,
  );
  const given = ["min", "max", "step"].filter((name) => lineOf(question, name).trim() !== "").length;
  if (given === 0) return false;
  if (given < 3 || min == null || max == null || step == null) return true;
  if (!(Number(min) < Number(max)) || !(Number(step) > 0)) return true;
  const slider = sliderOf({ min, max, step });
  if (!slider || slider.steps > MOST_SLIDER_STEPS) return true;
  return value != null && !(Number(min) <= Number(value) && Number(value) <= Number(max));
}
