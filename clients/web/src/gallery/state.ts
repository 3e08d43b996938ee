/** A state of the gallery: what a page shows after a server has said this and a person has done that. */

import type { TextKey } from "../i18n/i18n.svelte";
import type { Step } from "./hand";
import type { Script } from "./server";

export interface State extends Script {
  page: "player" | "host" | "check";
  /** The address, from the first slash on. */
  address: string;
  /** Made ready before the page starts. */
  before?: () => Promise<void> | void;
  /** The links that the server notes in the page. */
  links?: [text: string, address: string][];
  /** Done one after the other when the page is there. */
  steps?: Step[];
  /** The text of what one does next: to be seen without scrolling, on a phone and on a projector. */
  main?: TextKey;
  /** Read from the last row: its letters have a smallest size. */
  stage?: boolean;
}

export type States = Record<string, State>;
