/** What a ruling has changed for this player, as it is shown and read out: what was decided, and how many points that is. */

import { rulingText } from "../i18n/ruling";
import type { View } from "../game/reducer";
import { t } from "../i18n/i18n.svelte";
import type { RulingEffect, YourResult } from "../wire/protocol";

export interface Revision {
  heading: string;
  /** What was decided, or no longer holds. */
  what: string;
  effect: string;
}

/** The results of a view that came again because of a ruling: of the last question, and of an earlier one. */
export function revised({ you }: View): YourResult[] {
  return [you?.result, you?.revised].filter((result) => result?.ruling !== undefined) as YourResult[];
}

/** Those that the view before did not have. */
export function newRulings(view: View, before: View): YourResult[] {
  const same = ({ number, undone }: RulingEffect, other: YourResult) =>
    other.ruling?.number === number && other.ruling.undone === undone;
  return revised(view).filter((one) => !revised(before).some((other) => same(one.ruling!, other)));
}

/** @param result with its ruling */
export function revisionOf(result: YourResult, { question, you }: View): Revision {
  const { ruling, points, undone } = result.ruling!;
  const asked = question?.index === result.question ? question : undefined;
  const text = rulingText(ruling, { options: asked?.options.map((option) => option.text), name: you?.name });
  const effect = points > 0 ? t("ruling.more", { n: points }) : t("ruling.fewer", { n: -points });
  return {
    heading: t("ruling.heading", { n: result.question + 1 }),
    what: undone ? t("ruling.undone", { text }) : text,
    effect: points === 0 ? t("ruling.same") : effect,
  };
}

export function revisionText(result: YourResult, view: View): string {
  const { heading, what, effect } = revisionOf(result, view);
  return `${heading}. ${what}. ${effect}.`;
}
