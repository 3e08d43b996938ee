/** Refusals and numbers in words, for both pages, in the language of the page. */

import { type TextKey, locale, t } from "./i18n.svelte";
import type { ErrorCode } from "../wire/protocol";
import type { Refused } from "../wire/socket";

/** The others tell of a fault of the page, and the server's words say which. */
const REFUSALS: Partial<Record<ErrorCode, TextKey>> = {
  session_not_found: "refusal.session_not_found",
  session_full: "refusal.session_full",
  session_locked: "refusal.session_locked",
  session_ended: "refusal.session_ended",
  name_invalid: "refusal.name_invalid",
  name_taken: "refusal.name_taken",
  not_open_yet: "refusal.not_open_yet",
  question_closed: "refusal.question_closed",
  already_answered: "refusal.already_answered",
  invalid_token: "refusal.invalid_token",
  rate_limited: "refusal.rate_limited",
  unavailable: "refusal.unavailable",
  too_many_sessions: "refusal.too_many_sessions",
};

/** Above this the person is told how long to wait; below, by the time it is read, it is over. */
const NOTABLE_WAIT_MS = 2000;

/** What to tell the person whose command was refused. */
export function refusalText(refused: Refused): string {
  if (refused.code === "rate_limited" && refused.retry_after_ms > NOTABLE_WAIT_MS) {
    return t("refusal.rate_limited_wait", { n: Math.ceil(refused.retry_after_ms / 1000) });
  }
  const key = REFUSALS[refused.code];
  return key ? t(key) : refused.message;
}

const numbers = new Map<string, Intl.NumberFormat>();

/** 1,000 or 1.000, as the language has it. */
export function number(n: number, options: Intl.NumberFormatOptions = {}): string {
  const key = locale() + JSON.stringify(options);
  let format = numbers.get(key);
  if (!format) numbers.set(key, (format = new Intl.NumberFormat(locale(), options)));
  return format.format(n);
}

/** 1st, 2nd, 3rd, 11th. */
export function ordinal(n: number): string {
  return t("ordinal", { n });
}

/** "123 456", easier to read out. */
export function spacedCode(code: string): string {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

export const LETTERS = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"] as const;
