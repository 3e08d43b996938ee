/** Markdown, for people to read and to write on: boxes before options, answers below. */

import type { ImportedQuestion, ImportedQuiz } from "../import/model";
import { acceptedOf, optionsOf } from "./common";
import type { Losses } from "./losses";

export function toMarkdown(quiz: ImportedQuiz, losses: Losses): string {
  const parts = quiz.questions.flatMap((question, index) => {
    const answers = answersOf(question, index, losses);
    if (answers === undefined) {
      losses.add(index, question, "kind_left_out", { kind: question.kind });
      return [];
    }
    losses.fields(index, question, ["time_limit_ms", "points", "image", "unit"]);
    const explanation = question.explanation ? `\n\nExplanation: ${oneLine(question.explanation)}` : "";
    return [`## ${index + 1}. ${oneLine(question.text)}\n\n${answers}${explanation}`];
  });
  return `# ${oneLine(quiz.title) || "Quiz"}\n\n${parts.join("\n\n")}\n`;
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();

function answersOf(question: ImportedQuestion, index: number, losses: Losses): string | undefined {
  switch (question.kind) {
    case "single":
    case "multiple":
    case "true_false":
      if (question.kind === "multiple" && optionsOf(question).filter(({ correct }) => correct).length === 1)
        losses.add(index, question, "kind_changed", { to: "single" });
      return optionsOf(question)
        .map(({ text, correct }) => `- [${correct ? "x" : " "}] ${oneLine(text)}`)
        .join("\n");
    case "text": {
      const partly = acceptedOf(question).filter(({ share }) => share < 100);
      if (partly.length > 0)
        losses.add(index, question, "share_left_out", { answers: partly.map(({ text }) => text).join(", ") });
      return `Answer: ${acceptedOf(question)
        .filter(({ share }) => share >= 100)
        .map(({ text }) => oneLine(text))
        .join(" | ")}`;
    }
    default:
      return undefined;
  }
}
