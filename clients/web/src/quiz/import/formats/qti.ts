/**
 * QTI 1.2, as Canvas, Blackboard, Respondus and the specification itself write it: a file, or the files of a package.
 *
 * What an item is follows from its metadata where there is some, and else from its responses. Right is what a response condition gives points for.
 */

import { Builder, type Frame } from "../build";
import { truth } from "../build";
import { decodeEntities, htmlToText, pictures } from "../html";
import { type Clock, IMAGE_CHARACTERS } from "../limits";
import type { ImportedQuiz } from "../model";
import type { Report } from "../report";
import { clean } from "../text";
import { all, below, type Element, first, inner } from "../xml";
import { takeNumbers } from "./gift";
import { type Award, awardsOf, numbersOf } from "./qti-scores";

export const isQti = (root: Element): boolean =>
  root.name === "questestinterop" ||
  ((root.name === "item" || root.name === "assessment") && below(root, "presentation").length > 0);
export const isQti2 = (root: Element): boolean =>
  /^(assessmentItem|assessmentTest|qti-assessment-item|qti-assessment-test)$/.test(root.name);

export function readQti(root: Element, report: Report, clock: Clock): ImportedQuiz[] {
  const tests = root.name === "assessment" ? [root] : [...all(root, "assessment"), ...all(root, "objectbank")];
  const quizzes = [...tests, ...(tests.length === 0 ? [root] : [])].map((test) => readTest(test, report, clock));
  if (quizzes.every(({ questions }) => questions.length === 0) && below(root, "itemref").length > 0)
    report.file("warning", "only_references");
  return quizzes;
}

/** The identifier of the test in the file, by which copies of it in a package are known. */
export const identOf = (root: Element): string =>
  first(root, "assessment")?.attributes.ident ?? first(root, "objectbank")?.attributes.ident ?? "";

function readTest(test: Element, report: Report, clock: Clock): ImportedQuiz {
  const bank = below(first(test, "qtimetadata"), "qtimetadatafield").find(
    (field) => inner(first(field, "fieldlabel")) === "bank_title",
  );
  const builder = new Builder(report, htmlToText(test.attributes.title ?? inner(first(bank, "fieldentry"))));
  const items = test.name === "item" ? [test] : below(test, "item");
  for (const [index, item] of items.entries()) {
    clock.check();
    readItem(item, index + 1, builder);
  }
  return builder.quiz;
}

/** What Canvas, Blackboard, Respondus and Common Cartridge call their kinds, in one form. */
function typeOf(item: Element): string {
  const fields = below(first(item, "itemmetadata"), "qtimetadatafield");
  const field = (name: string) =>
    inner(
      first(
        fields.find((one) => inner(first(one, "fieldlabel")).trim() === name),
        "fieldentry",
      ),
    );
  const own = inner(below(item, "bbmd_questiontype")[0]) || inner(below(item, "qmd_itemtype")[0]);
  return (field("question_type") || field("cc_profile") || field("qmd_questiontype") || own)
    .toLowerCase()
    .replace(/[^a-z]+/g, "_")
    .replace(/^_|_question$|_$/g, "");
}

const REFUSED: [RegExp, "gaps" | "formula" | "upload" | "hotspot"][] = [
  [/^calculated|formula/, "formula"],
  [/file_upload|^upload/, "upload"],
  [/hot_?spot/, "hotspot"],
  [/multiple_dropdowns|fill_in_multiple|fill_in_the_blank_plus|jumbled|multiple_blanks/, "gaps"],
];

function readItem(item: Element, number: number, builder: Builder): void {
  const presentation = first(item, "presentation");
  const type = typeOf(item);
  const stem = stemOf(presentation);
  const frame: Frame = {
    place: { unit: "question", number },
    text: stem.text || clean(htmlToText(item.attributes.title ?? "")),
    explanation: feedback(item),
  };
  if (stem.image) frame.image = stem.image;
  const refused = REFUSED.find(([pattern]) => pattern.test(type));
  const responses = ["response_lid", "response_str"].flatMap((name) => below(presentation, name));
  const brackets = frame.text.match(/\[[^[\]\s]+\]/g) ?? [];
  if (refused && !(refused[1] === "gaps" && responses.length === 1 && brackets.length < 2))
    return builder.refuse(frame, refused[1]);
  // One gap is a question of its own; what Canvas calls it stands in brackets in the text.
  if (refused) return readGap(responses[0]!, awardsOf(item), type, frame, builder);
  const before = builder.quiz.questions.length;
  readResponses(item, presentation, type, frame, builder);
  if (builder.quiz.questions.length > before && stem.pictures && !stem.image)
    builder.report.changed(frame.place, "picture_left", frame.text);
}

function readResponses(
  item: Element,
  presentation: Element | undefined,
  type: string,
  frame: Frame,
  builder: Builder,
): void {
  const lists = below(presentation, "response_lid");
  const typed = [...below(presentation, "response_str"), ...below(presentation, "response_num")];
  const groups = below(presentation, "response_grp");
  const awards = awardsOf(item);
  if (below(presentation, "response_xy").length > 0) return builder.refuse(frame, "hotspot");
  if (/essay|short_response|text_entry_long/.test(type)) return void builder.open(frame);
  if (/text_only|^stimulus/.test(type)) return void builder.slide(frame);
  if (groups.length > 0) return readPairs(groups, presentation, awards, frame, builder);
  if (lists.length + typed.length > 1 && !/match/.test(type) && isGapText(lists, typed, frame.text))
    return builder.refuse(frame, "gaps");
  if (lists.length > 1 || (lists.length > 0 && /^match/.test(type)))
    return readPairs(lists, presentation, awards, frame, builder);
  const [list] = lists;
  if (list) return readList(list, type, awards, frame, builder);
  if (typed.length > 0) return readTyped(item, typed[0]!, type, awards, frame, builder);
  builder.slide(frame);
}

function readGap(response: Element, awards: Award[], type: string, frame: Frame, builder: Builder): void {
  const name = (response.attributes.ident ?? "").replace(/^response_/, "");
  const asked = { ...frame, text: frame.text.replace(`[${name}]`, "_____") };
  if (/dropdown/.test(type)) return readList(response, type, awards, asked, builder);
  const labels = labelsOf(response);
  const right = awards.map(({ value }) => labels.find(({ ident }) => ident === value)?.text ?? typedText(value));
  builder.typed(asked, right.length > 0 ? right : labels.map(({ text }) => text));
}

/** Several responses with their names in brackets in the text, or several fields to type in. */
function isGapText(lists: Element[], typed: Element[], text: string): boolean {
  return (
    typed.length > 0 ||
    lists.some((list) => text.includes(`[${clean(inner(below(first(list, "material"), "mattext")[0]))}]`)) ||
    lists.some(({ attributes }) => text.includes(`[${(attributes.ident ?? "").replace(/^response_/, "")}]`))
  );
}

const labelsOf = (list: Element) =>
  below(list, "response_label").map((label) => ({
    ident: label.attributes.ident ?? "",
    text: materialText(label).text,
  }));

function readList(list: Element, type: string, awards: Award[], frame: Frame, builder: Builder): void {
  const labels = labelsOf(list);
  const cardinality = (list.attributes.rcardinality ?? "").toLowerCase();
  if (cardinality === "ordered" || /^order/.test(type)) return readOrder(list, labels, awards, frame, builder);
  // Blackboard's and Canvas's true-or-false items may have labels with an identifier alone.
  const texts = labels.map(
    ({ ident, text }) =>
      eitherOr(text || ident) ?? (text || (truth(ident) === undefined ? "" : truth(ident) ? "True" : "False")),
  );
  const several = cardinality === "multiple" || /multiple_answer|multiple_response|multiple_select/.test(type);
  if (/likert|opinion_scale|survey/.test(type)) return void builder.poll(frame, texts);
  const mine = awards.filter(({ response }) => response === (list.attributes.ident ?? "") || response === "");
  const best = Math.max(0, ...mine.map(({ points }) => points));
  const right = new Set(
    mine.filter(({ points }) => (several ? points > 0 : points > 0 && points >= best)).map(({ value }) => value),
  );
  const indexes = labels.flatMap(({ ident }, index) => (right.has(ident) ? [index] : []));
  const taken = builder.choice(frame, texts, indexes, several);
  if (taken && !several && mine.some(({ points }) => points > 0 && points < best))
    builder.report.changed(frame.place, "partial", frame.text);
  if (taken && texts.includes("")) builder.report.changed(frame.place, "blank_options", frame.text);
}

/** Blackboard's “Either/Or” names its two options by a key: `agree_disagree.false` is “Disagree”. */
function eitherOr(key: string): string | undefined {
  const [, yes, no, which] = /^([a-z]+)_([a-z]+)\.(true|false)$/.exec(key) ?? [];
  const word = which === "true" ? yes : no;
  return word && `${word[0]!.toUpperCase()}${word.slice(1)}`;
}

function readOrder(
  list: Element,
  labels: { ident: string; text: string }[],
  awards: Award[],
  frame: Frame,
  builder: Builder,
): void {
  const order = awards
    .filter(({ response, points }) => points > 0 && (response === list.attributes.ident || response === ""))
    .flatMap(({ value }) => (labels.some(({ ident }) => ident === value) ? [value] : value.split(/[,\s]+/)));
  const items = [...new Set(order)].map((value) => labels.find(({ ident }) => ident === value)?.text ?? "");
  if (items.filter(Boolean).length < Math.max(2, labels.length)) return builder.refuse(frame, "no_right_answer");
  builder.order(frame, items);
}

/** Each list is a left side; what it offers are the right sides, which Blackboard writes once beside them all. */
function readPairs(
  lists: Element[],
  presentation: Element | undefined,
  awards: Award[],
  frame: Frame,
  builder: Builder,
): void {
  const apart = below(presentation, "flow").flatMap((flow) =>
    [flow, ...below(flow, "flow")].filter(({ attributes }) => attributes.class === "RIGHT_MATCH_BLOCK"),
  );
  const shared = apart.flatMap((flow) => all(flow, "flow")).map((flow) => materialText(flow).text);
  const used = new Set<string>();
  const offered = new Set<string>();
  const pairs = lists.map((list) => {
    const labels = labelsOf(list).map(({ ident, text }, index) => ({ ident, text: text || shared[index] || "" }));
    for (const { text } of labels) offered.add(text);
    const right = awards.find(
      ({ response, points, value }) =>
        points > 0 && response === list.attributes.ident && labels.some(({ ident }) => ident === value),
    );
    const text = labels.find(({ ident }) => ident === right?.value)?.text ?? "";
    used.add(text);
    return { left: leftOf(list, lists, presentation), right: text };
  });
  builder.match(
    frame,
    pairs,
    [...offered].filter((text) => text && !used.has(text)),
  );
}

function leftOf(list: Element, lists: Element[], presentation: Element | undefined): string {
  const own = list.children.filter(
    (child): child is Element => typeof child !== "string" && !/^render_/.test(child.name),
  );
  const text = own
    .map((child) => materialText(child).text)
    .join(" ")
    .trim();
  if (text) return text;
  const blocks = below(presentation, "flow").flatMap(function deep(flow): Element[] {
    return below(flow, "response_lid").includes(list) && below(flow, "response_lid").length === 1 && lists.length > 1
      ? [flow, ...all(flow, "flow").flatMap(deep)]
      : all(flow, "flow").flatMap(deep);
  });
  return blocks.length > 0 ? materialText(blocks[0]!, /^RIGHT_MATCH_BLOCK$/).text : "";
}

function readTyped(item: Element, field: Element, type: string, awards: Award[], frame: Frame, builder: Builder): void {
  const fib = (below(field, "render_fib")[0]?.attributes.fibtype ?? "").toLowerCase();
  const numeric = /numeric/.test(type) || field.name === "response_num" || fib === "decimal" || fib === "integer";
  const numbers = numeric || awards.every(({ value }) => value === "") ? numbersOf(item) : [];
  if (numbers.length > 0) return takeNumbers(builder, frame, numbers);
  const answers = awards.filter(({ points }) => points > 0);
  if (answers.length === 0)
    return /fill|short_answer|fib|numeric/.test(type)
      ? builder.refuse(frame, "no_right_answer")
      : void builder.open(frame);
  const best = Math.max(...answers.map(({ points }) => points));
  builder.typed(
    frame,
    answers.map(({ value, points }) =>
      points >= best
        ? typedText(value)
        : { text: typedText(value), share: Math.max(1, Math.round((points / best) * 100)) },
    ),
  );
}

/** What people have to type: plain text, but for programs that write an element around it. A lone tag is part of the answer. */
const typedText = (value: string) =>
  clean(/<(\w+)\b[^<>]*>[^]*<\/\1>|<br\b/i.test(value) ? htmlToText(value) : decodeEntities(value));

/** The text of an item, without what stands in its responses. */
function stemOf(presentation: Element | undefined): { text: string; image?: string; pictures: boolean } {
  return presentation ? materialText(presentation, /^(RESPONSE|RIGHT_MATCH)_BLOCK$/) : { text: "", pictures: false };
}

function materialText(element: Element, without?: RegExp): { text: string; image?: string; pictures: boolean } {
  const parts: string[] = [];
  const found: string[] = [];
  const walk = (at: Element) => {
    if (without && (/^response_|^render_/.test(at.name) || without.test(at.attributes.class ?? ""))) return;
    if (at.name === "mattext" || at.name === "mat_formattedtext" || at.name === "matemtext") {
      const raw = inner(at);
      found.push(...pictures(raw));
      parts.push(/plain/i.test(at.attributes.texttype ?? at.attributes.type ?? "html") ? raw : htmlToText(raw));
      return;
    }
    if (at.name === "matimage" && at.attributes.uri) found.push(at.attributes.uri);
    for (const child of at.children) if (typeof child !== "string") walk(child);
  };
  walk(element);
  const image = found.find((address) => address.startsWith("data:image/") && address.length <= IMAGE_CHARACTERS);
  return {
    text: clean(
      parts
        .map((part) => part.trim())
        .filter(Boolean)
        .join("\n"),
    ),
    pictures: found.length > 0,
    ...(image && { image }),
  };
}

function feedback(item: Element): string {
  const texts = all(item, "itemfeedback").map((one) => ({
    ident: one.attributes.ident ?? "",
    text: materialText(one).text,
  }));
  return (
    (
      texts.find(({ ident, text }) => ident === "general_fb" && text) ??
      texts.find(({ ident, text }) => /^correct(_fb)?$/i.test(ident) && text)
    )?.text ?? ""
  );
}
