/** What writes quizzes for other programs, as the page loads it when somebody wants a file: the dialog, its texts, the formats. */

import { moreTexts } from "../i18n/i18n.svelte";
import editor from "../i18n/messages/editor";
import texts from "../i18n/messages/files";
import ExportDialog from "./ExportDialog.svelte";

let loaded: Promise<unknown> | undefined;

/** The dialog. The names of the kinds are texts of the editor. */
export async function open(): Promise<typeof ExportDialog> {
  await (loaded ??= Promise.all([moreTexts(texts), moreTexts(editor)]).catch((error: unknown) => {
    loaded = undefined; // The network was away: the next one tries again.
    throw error;
  }));
  return ExportDialog;
}
