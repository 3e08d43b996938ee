/** How each kind is written. */

import type { PageKind } from "../quiz/types";
import type { Edit } from "./kind";
import multiple from "./multiple/edit";
import poll from "./poll/edit";
import single from "./single/edit";
import true_false from "./true_false/edit";

const KINDS: Record<PageKind, Edit> = { single, multiple, true_false, poll };

export function editOf(kind: PageKind): Edit {
  return KINDS[kind];
}
