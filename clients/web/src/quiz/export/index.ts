/** Export: a quiz as a file of another program, and what that program's format cannot hold. Pure, like the import. */

import { stringify } from "yaml";
import type { ImportedQuestion, ImportedQuiz } from "../import/model";
import { toGift } from "./gift";
import { type Loss, Losses } from "./losses";
import { toMarkdown } from "./markdown";
import { toMoodleXml } from "./moodle-xml";
import { toQti } from "./qti";
import { toCsv, toKahoot } from "./tables";

interface Format {
  name: string;
  extension: string;
  type: string;
  write: (quiz: ImportedQuiz, losses: Losses) => string | Uint8Array<ArrayBuffer>;
}

const own = (quiz: ImportedQuiz) => ({ title: quiz.title, questions: quiz.questions.map(withoutPlace) });

/** Where a question stood in its file is nothing that a quiz keeps. */
function withoutPlace(question: ImportedQuestion): Partial<ImportedQuestion> {
  const kept: Partial<ImportedQuestion> = { ...question };
  delete kept.place;
  return kept;
}

export const FORMATS = {
  json: {
    name: "QuickPoll (JSON)",
    extension: "json",
    type: "application/json",
    write: (quiz) => `${JSON.stringify(own(quiz), null, 2)}\n`,
  },
  yaml: {
    name: "QuickPoll (YAML)",
    extension: "yaml",
    type: "application/yaml",
    write: (quiz) => stringify(own(quiz), { lineWidth: 0 }),
  },
  kahoot: {
    name: "Kahoot",
    extension: "xlsx",
    type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    write: toKahoot,
  },
  gift: { name: "GIFT", extension: "gift.txt", type: "text/plain", write: toGift },
  moodle: { name: "Moodle XML", extension: "xml", type: "application/xml", write: toMoodleXml },
  qti: { name: "QTI 1.2", extension: "qti.xml", type: "application/xml", write: toQti },
  csv: { name: "CSV", extension: "csv", type: "text/csv", write: toCsv },
  markdown: { name: "Markdown", extension: "md", type: "text/markdown", write: toMarkdown },
} as const satisfies Record<string, Format>;

export type ExportFormat = keyof typeof FORMATS;

export interface Exported {
  bytes: Uint8Array<ArrayBuffer>;
  extension: string;
  /** The media type. */
  type: string;
  losses: Loss[];
}

/** The quiz as a file of this format. */
export function exportQuiz(quiz: ImportedQuiz, format: ExportFormat): Exported {
  const { name, extension, type, write } = FORMATS[format];
  const losses = new Losses(name);
  const written = write(quiz, losses);
  return {
    bytes: typeof written === "string" ? new TextEncoder().encode(written) : written,
    extension,
    type,
    losses: losses.all,
  };
}
