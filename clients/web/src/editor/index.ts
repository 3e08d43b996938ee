/** The editor as the page loads it when it is opened: its view, its texts, and the quiz. */

import { moreTexts } from "../i18n/i18n.svelte";
import texts from "../i18n/messages/editor";
import player from "../i18n/messages/player";
import { ownQuiz } from "../quiz/library";
import Page from "./Page.svelte";
import { Editor } from "./editor.svelte";

let loaded: Promise<unknown> | undefined;

/** The view and the editor of an own quiz; null: there is none with this id here. */
export async function open(id: string): Promise<{ Page: typeof Page; editor: Editor | null }> {
  // The preview shows parts of the player page.
  loaded ??= Promise.all([moreTexts(texts), moreTexts(player)]).catch((error: unknown) => {
    loaded = undefined; // The network was away: the next opening tries again.
    throw error;
  });
  const [own] = await Promise.all([ownQuiz(id), loaded]);
  return { Page, editor: own ? new Editor(own) : null };
}
