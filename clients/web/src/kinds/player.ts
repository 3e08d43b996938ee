/** What a phone shows of each kind. Those of most quizzes are part of the page; the others are loaded before they are asked. */

import type { QuestionKind } from "../wire/protocol";
import type { PlayerViews } from "./kind";
import * as multiple from "./multiple/player";
import * as poll from "./poll/player";
import * as single from "./single/player";
import * as true_false from "./true_false/player";

const KINDS: Partial<Record<QuestionKind, PlayerViews>> = { single, multiple, true_false, poll };
let loading: Promise<void> | undefined;

/** Loads the views that are not part of the page; after a failure the next call tries again. */
export function loadMoreKinds(): Promise<void> {
  loading ??= import("./more").then(
    async ({ MORE, ready }) => {
      await ready;
      Object.assign(KINDS, MORE);
    },
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

/** The views of a kind, as soon as they are here. */
export function playerViewsOf(kind: QuestionKind): PlayerViews | Promise<PlayerViews> {
  return KINDS[kind] ?? loadMoreKinds().then(() => KINDS[kind] as PlayerViews);
}
