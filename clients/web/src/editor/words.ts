/** The editor's problems and given texts in the language of the page. */

import { t } from "../i18n/i18n.svelte";
import type { Verdicts } from "../quiz/draft";
import type { Problem } from "../quiz/problems";

export function problemText({ code, count }: Problem): string {
  return t(`problem.${code}`, count === undefined ? undefined : { count });
}

export function verdicts(): Verdicts {
  return [t("verdict.true"), t("verdict.false")];
}
