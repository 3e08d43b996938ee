/** QTI 1.2, as Canvas and others read it: one file with one assessment. */

import type { ImportedQuestion, ImportedQuiz } from "../import/model";
import { acceptedOf, escapeXml, isPlainTruth, optionsOf } from "./common";
import type { Losses } from "./losses";

const TYPES: Partial<Record<ImportedQuestion["kind"], string>> = {
  single: "multiple_choice",
  true_false: "multiple_choice",
  multiple: "multiple_answers",
  text: "short_answer",
  number: "numerical",
  match: "matching",
  order: "ordering",
  open: "essay",
  slide: "text_only",
};

const material = (text: string) => `<material><mattext texttype="text/plain">${escapeXml(text)}</mattext></material>`;
const label = (ident: string, text: string) => `<response_label ident="${ident}">${material(text)}</response_label>`;
const choices = (ident: string, cardinality: string, labels: string, before = "") =>
  `<response_lid ident="${ident}" rcardinality="${cardinality}">${before}<render_choice>${labels}</render_choice></response_lid>`;
const typed = (kind = "") =>
  `<response_str ident="response1" rcardinality="Single"><render_fib${kind}><response_label ident="answer1"/></render_fib></response_str>`;
const award = (condition: string, points: number, action = "Set") =>
  `<respcondition continue="No"><conditionvar>${condition}</conditionvar><setvar action="${action}" varname="SCORE">${points}</setvar></respcondition>`;
const equal = (ident: string, response = "response1") =>
  `<varequal respident="${response}">${escapeXml(ident)}</varequal>`;

export function toQti(quiz: ImportedQuiz, losses: Losses): string {
  const items = quiz.questions.map((question, index) => {
    losses.fields(index, question, ["time_limit_ms", "points", "image", "unit"]);
    const type = isPlainTruth(question) ? "true_false" : TYPES[question.kind];
    if (type) return item(question, index, `${type}_question`);
    losses.add(index, question, "kind_left_out", { kind: question.kind });
    return "";
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment ident="quiz" title="${escapeXml(quiz.title)}"><section ident="root_section">
${items.join("")}</section></assessment></questestinterop>
`;
}

function item(question: ImportedQuestion, index: number, type: string): string {
  const { response, scoring } = partsOf(question);
  const feedback = question.explanation
    ? `<itemfeedback ident="general_fb"><flow_mat>${material(question.explanation)}</flow_mat></itemfeedback>`
    : "";
  return `<item ident="question${index + 1}" title="Question ${index + 1}"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>${type}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata><presentation>${material(question.text)}${response}</presentation><resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>${scoring}</resprocessing>${feedback}</item>\n`;
}

function partsOf(question: ImportedQuestion): { response: string; scoring: string } {
  switch (question.kind) {
    case "single":
    case "true_false":
    case "multiple":
      return choiceParts(question);
    case "text":
      return {
        response: typed(),
        scoring: acceptedOf(question)
          .map(({ text, share }) => award(equal(text), share))
          .join(""),
      };
    case "number":
      return { response: typed(' fibtype="Decimal"'), scoring: award(numberCondition(question), 100) };
    case "match":
      return matchParts(question);
    case "order": {
      const items = question.items ?? [];
      // Written in another order than the right one, which the scoring tells.
      const labels = items
        .map((text, index) => label(`i${index}`, text))
        .reverse()
        .join("");
      return {
        response: choices("response1", "Ordered", labels),
        scoring: award(items.map((_, index) => equal(`i${index}`)).join(""), 100),
      };
    }
    case "open":
      return { response: typed(), scoring: "" };
    default:
      return { response: "", scoring: "" };
  }
}

function choiceParts(question: ImportedQuestion): { response: string; scoring: string } {
  const options = optionsOf(question);
  const labels = options.map(({ text }, index) => label(`o${index}`, text)).join("");
  const several = question.kind === "multiple";
  const conditions = options
    .map(({ correct }, index) => (correct ? equal(`o${index}`) : several ? `<not>${equal(`o${index}`)}</not>` : ""))
    .join("");
  return {
    response: choices("response1", several ? "Multiple" : "Single", labels),
    scoring: award(several ? `<and>${conditions}</and>` : conditions, 100),
  };
}

function numberCondition({ value = "0", tolerance = "0" }: ImportedQuestion): string {
  if (tolerance === "0") return equal(value);
  return `<or>${equal(value)}<and><vargte respident="response1">${minus(value, tolerance)}</vargte><varlte respident="response1">${plus(value, tolerance)}</varlte></and></or>`;
}

function matchParts({ pairs = [], extra = [] }: ImportedQuestion): { response: string; scoring: string } {
  const rights = [...new Set([...pairs.map(({ right }) => right), ...extra])];
  const labels = rights.map((text, index) => label(`r${index}`, text)).join("");
  const points = Number((100 / pairs.length).toFixed(2));
  return {
    response: pairs.map(({ left }, index) => choices(`response_${index}`, "Single", labels, material(left))).join(""),
    scoring: pairs
      .map(({ right }, index) => award(equal(`r${rights.indexOf(right)}`, `response_${index}`), points, "Add"))
      .join(""),
  };
}

const plus = (a: string, b: string) => sum(a, b, 1n);
const minus = (a: string, b: string) => sum(a, b, -1n);

/** Exact: 0.1 + 0.2 is 0.3. */
function sum(a: string, b: string, sign: bigint): string {
  const scale = Math.max(...[a, b].map((text) => text.split(".")[1]?.length ?? 0));
  const [x, y] = [a, b].map((text) =>
    BigInt((text.split(".")[0] ?? "") + (text.split(".")[1] ?? "").padEnd(scale, "0")),
  ) as [bigint, bigint];
  const total = x + sign * y;
  const digits = (total < 0n ? -total : total).toString().padStart(scale + 1, "0");
  return `${total < 0n ? "-" : ""}${scale ? `${digits.slice(0, -scale)}.${digits.slice(-scale)}` : digits}`;
}
