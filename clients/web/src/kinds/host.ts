/** What stage and remote show of each kind. */

import type { QuestionKind } from "../wire/protocol";
import type { HostViews } from "./kind";
import * as match from "./match/host";
import * as multiple from "./multiple/host";
import * as number from "./number/host";
import * as open from "./open/host";
import * as order from "./order/host";
import * as poll from "./poll/host";
import * as ranking from "./ranking/host";
import * as scale from "./scale/host";
import * as single from "./single/host";
import * as slide from "./slide/host";
import * as text from "./text/host";
import * as true_false from "./true_false/host";
import * as words from "./words/host";

const KINDS: Record<QuestionKind, HostViews> = {
  ...{ single, multiple, true_false, poll },
  ...{ text, number, order, match },
  ...{ words, open, scale, ranking, slide },
};

export function hostViewsOf(kind: QuestionKind): HostViews {
  return KINDS[kind];
}
