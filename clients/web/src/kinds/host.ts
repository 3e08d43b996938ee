/** What stage and remote show of each kind. */

import type { QuestionKind } from "../wire/protocol";
import { type HostViews, type PageKind, ofKind } from "./kind";
import * as multiple from "./multiple/host";
import * as poll from "./poll/host";
import * as single from "./single/host";
import * as true_false from "./true_false/host";

const KINDS: Record<PageKind, HostViews> = { single, multiple, true_false, poll };

export function hostViewsOf(kind: QuestionKind): HostViews {
  return ofKind(KINDS, kind);
}
