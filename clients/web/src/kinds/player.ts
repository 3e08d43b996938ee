/** What a phone shows of each kind. */

import type { QuestionKind } from "../wire/protocol";
import type { PlayerViews } from "./kind";
import * as multiple from "./multiple/player";
import * as poll from "./poll/player";
import * as single from "./single/player";
import * as true_false from "./true_false/player";

const KINDS: Record<QuestionKind, PlayerViews> = { single, multiple, true_false, poll };

export function playerViewsOf(kind: QuestionKind): PlayerViews {
  return KINDS[kind];
}
