/** What reads files of other programs, and links, as the page loads it with the first of them: the importer, its view, and their texts. */

import { moreTexts, t } from "../../i18n/i18n.svelte";
import texts from "../../i18n/messages/import";
import { type Imported as Result, type ImportOptions, importQuiz } from "../../quiz/import";
import { type Fitted, fit } from "../../quiz/import/fit";
import { toQuiz } from "../../quiz/draft";
import { Refusal } from "../../quiz/import/limits";
import type { Reason } from "../../quiz/import/reasons";
import { Report } from "../../quiz/import/report";
import { problemsOf } from "../../quiz/problems";
import type { Quiz } from "../../wire/protocol";
import Imported from "./Imported.svelte";

export interface Opened {
  /** It came as a link from somebody, and may still have something that has to be put right. */
  linked?: { unfinished: boolean };
  Imported: typeof Imported;
  result: Result;
  fitted: Fitted;
  /** Reads the same file again, with what somebody says about its columns. */
  again: (correction: NonNullable<ImportOptions["correction"]>) => Opened;
}

let loaded: Promise<unknown> | undefined;

/** Reads a file. Nothing leaves the browser. */
export async function open(bytes: Uint8Array, name: string): Promise<Opened> {
  await (loaded ??= moreTexts(texts));
  return read(bytes, { name });
}

/** Reads a link, or the fragment of one. Nothing of it is kept before somebody says so. */
export async function openLink(text: string): Promise<Opened> {
  await (loaded ??= moreTexts(texts));
  const { readLink } = await import("../../quiz/link");
  const report = new Report();
  const quizzes: Quiz[] = [];
  let unfinished = false;
  try {
    const { draft, pictures_left } = readLink(text);
    for (const place of pictures_left)
      report.changed({ unit: "question", number: place + 1 }, "picture_left", draft.questions[place]!.text);
    quizzes.push(toQuiz(draft));
    unfinished = problemsOf(draft).length > 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    report.file("error", error.code as Reason, error.params);
  }
  const result: Result = { quizzes: [], report: [], format: "" };
  const opened: Opened = {
    Imported,
    linked: { unfinished },
    result,
    fitted: { quizzes, report: report.finished() },
    again: () => opened,
  };
  return opened;
}

function read(bytes: Uint8Array, options: ImportOptions): Opened {
  const result = importQuiz(bytes, options);
  const fitted = fit(result.quizzes, t("import.untitled"));
  return { Imported, result, fitted, again: (correction) => read(bytes, { ...options, correction }) };
}
