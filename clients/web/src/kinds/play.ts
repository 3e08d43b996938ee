/** How each kind is played. */

import type { QuestionKind } from "../wire/protocol";
import { type Play, type PageKind, ofKind } from "./kind";
import multiple from "./multiple/play";
import poll from "./poll/play";
import single from "./single/play";
import true_false from "./true_false/play";

const KINDS: Record<PageKind, Play> = { single, multiple, true_false, poll };

export function playOf(kind: QuestionKind): Play {
  return ofKind(KINDS, kind);
}
