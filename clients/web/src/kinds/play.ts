/** How each kind is played. */

import type { QuestionKind } from "../wire/protocol";
import type { Play } from "./kind";
import match from "./match/play";
import multiple from "./multiple/play";
import number from "./number/play";
import open from "./open/play";
import order from "./order/play";
import poll from "./poll/play";
import ranking from "./ranking/play";
import scale from "./scale/play";
import single from "./single/play";
import slide from "./slide/play";
import text from "./text/play";
import true_false from "./true_false/play";
import words from "./words/play";

const KINDS: Record<QuestionKind, Play> = {
  ...{ single, multiple, true_false, poll },
  ...{ text, number, order, match },
  ...{ words, open, scale, ranking, slide },
};

export function playOf(kind: QuestionKind): Play {
  return KINDS[kind];
}
