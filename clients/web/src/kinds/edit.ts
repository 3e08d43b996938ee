/** How each kind is written. */

import type { QuestionKind } from "../wire/protocol";
import type { Edit } from "./kind";
import match from "./match/edit";
import multiple from "./multiple/edit";
import number from "./number/edit";
import open from "./open/edit";
import order from "./order/edit";
import poll from "./poll/edit";
import ranking from "./ranking/edit";
import scale from "./scale/edit";
import single from "./single/edit";
import slide from "./slide/edit";
import text from "./text/edit";
import true_false from "./true_false/edit";
import words from "./words/edit";

const KINDS: Record<QuestionKind, Edit> = {
  ...{ single, multiple, true_false, poll },
  ...{ text, number, order, match },
  ...{ words, open, scale, ranking, slide },
};

export function editOf(kind: QuestionKind): Edit {
  return KINDS[kind];
}
