/** What reads files of other programs, as the page loads it with the first of them: the importer, its view, and their texts. */

import { moreTexts, t } from "../../i18n/i18n.svelte";
import texts from "../../i18n/messages/import";
import { type Imported as Result, type ImportOptions, importQuiz } from "../../quiz/import";
import { type Fitted, fit } from "../../quiz/import/fit";
import Imported from "./Imported.svelte";

export interface Opened {
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

function read(bytes: Uint8Array, options: ImportOptions): Opened {
  const result = importQuiz(bytes, options);
  const fitted = fit(result.quizzes, t("import.untitled"));
  return { Imported, result, fitted, again: (correction) => read(bytes, { ...options, correction }) };
}
