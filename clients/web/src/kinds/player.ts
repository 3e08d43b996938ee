/** What a phone shows of each kind. */

import type { QuestionKind } from "../wire/protocol";
import { type PlayerViews, type PageKind, ofKind } from "./kind";
import * as multiple from "./multiple/player";
import * as poll from "./poll/player";
import * as single from "./single/player";
import * as true_false from "./true_false/player";

const KINDS: Record<PageKind, PlayerViews> = { single, multiple, true_false, poll };

export function playerViewsOf(kind: QuestionKind): PlayerViews {
  return ofKind(KINDS, kind);
}
