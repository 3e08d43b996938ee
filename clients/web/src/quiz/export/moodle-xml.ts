/** Moodle XML: the question bank's own format. */

import type { ImportedQuestion, ImportedQuiz } from "../import/model";
import { acceptedOf, escapeXml, isPlainTruth, optionsOf, pictureOf, rightOf } from "./common";
import type { Losses } from "./losses";

const field = (name: string, text: string, attributes = "", inside = "") =>
  `<${name} format="plain_text"${attributes}><text>${escapeXml(text)}</text>${inside}</${name}>`;
const answer = (text: string, fraction: number, inside = "") =>
  field("answer", text, ` fraction="${fraction}"`, inside);
const share = (n: number) => Number((100 / n).toFixed(5));

const TYPES: Partial<Record<ImportedQuestion["kind"], string>> = {
  single: "multichoice",
  multiple: "multichoice",
  true_false: "multichoice",
  text: "shortanswer",
  number: "numerical",
  match: "matching",
  order: "ordering",
  open: "essay",
  slide: "description",
};

export function toMoodleXml(quiz: ImportedQuiz, losses: Losses): string {
  const category = quiz.title.trim()
    ? `<question type="category"><category><text>$course$/top/${escapeXml(quiz.title.replaceAll("/", "//"))}</text></category></question>\n`
    : "";
  const questions = quiz.questions.map((question, index) => {
    losses.fields(index, question, [
      "time_limit_ms",
      "points",
      ...(question.image && !pictureOf(question) ? (["image"] as const) : []),
    ]);
    const type = isPlainTruth(question) ? "truefalse" : TYPES[question.kind];
    if (type)
      return `<question type="${type}">${nameOf(question)}${textOf(question)}${field("generalfeedback", question.explanation ?? "")}${answersOf(question)}</question>\n`;
    losses.add(index, question, "kind_left_out", { kind: question.kind });
    return "";
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n${category}${questions.join("")}</quiz>\n`;
}

const nameOf = ({ text }: ImportedQuestion) =>
  `<name><text>${escapeXml([...text.replace(/\s+/g, " ")].slice(0, 80).join(""))}</text></name>`;

/** With a picture the text has to be HTML, as the picture stands in it. */
function textOf(question: ImportedQuestion): string {
  const picture = pictureOf(question);
  if (!picture) return field("questiontext", question.text);
  const html = `<p>${escapeXml(question.text).replaceAll("\n", "<br>")}</p><p><img src="@@PLUGINFILE@@/picture.${picture.type}" alt=""></p>`;
  return `<questiontext format="html"><text>${escapeXml(html)}</text><file name="picture.${picture.type}" path="/" encoding="base64">${picture.data}</file></questiontext>`;
}

function answersOf(question: ImportedQuestion): string {
  const right = rightOf(question).length;
  switch (question.kind) {
    case "true_false":
    case "single":
      if (isPlainTruth(question))
        return optionsOf(question)
          .map(({ text, correct }) => answer(text.toLowerCase(), correct ? 100 : 0))
          .join("");
      return `<single>true</single>${optionsOf(question)
        .map(({ text, correct }) => answer(text, correct ? 100 : 0))
        .join("")}`;
    case "multiple":
      return `<single>false</single>${optionsOf(question)
        .map(({ text, correct }) => answer(text, correct ? share(right) : -100))
        .join("")}`;
    case "text":
      return `<usecase>0</usecase>${acceptedOf(question)
        .map((one) => answer(one.text, one.share))
        .join("")}`;
    case "number":
      return `${answer(question.value ?? "", 100, `<tolerance>${question.tolerance ?? "0"}</tolerance>`)}${question.unit ? `<units><unit><multiplier>1</multiplier><unit_name>${escapeXml(question.unit)}</unit_name></unit></units>` : ""}`;
    case "match":
      return [...(question.pairs ?? []), ...(question.extra ?? []).map((to) => ({ left: "", right: to }))]
        .map(({ left, right: to }) => field("subquestion", left, "", `<answer><text>${escapeXml(to)}</text></answer>`))
        .join("");
    case "order":
      return (question.items ?? []).map((text, index) => answer(text, index + 1)).join("");
    default:
      return "";
  }
}
