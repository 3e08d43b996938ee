/** What the host has decided about a closed question, in words. */

import { t } from "./i18n.svelte";
import { LETTERS, number } from "./wording";
import type { Ruling } from "../wire/protocol";

/** What is known of what a ruling names by index or id. */
export interface Known {
  /** The options of its question. */
  options?: readonly string[];
  /** The player who gets points. */
  name?: string;
}

export function rulingText(ruling: Ruling, { options, name = "?" }: Known): string {
  const { accept, share = 100, points } = ruling;
  if (points != null) return t("ruling.points", { name, points: number(points, { signDisplay: "exceptZero" }) });
  if (accept == null) return t("ruling.void");
  const text = typeof accept === "string" ? accept : (options?.[accept] ?? LETTERS[accept]!);
  if (share === 100) return t("ruling.accept", { text });
  if (share === 0) return t("ruling.reject", { text });
  return t("ruling.part", { text, share: number(share / 100, { style: "percent" }) });
}
