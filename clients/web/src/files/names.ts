/** Names of the files that games are saved as. */

import { fileName } from "../quiz/download";

/** Date, title and code: `2026-11-29-capitals-123456.xlsx`. The date is the day when it ended, where the host is. */
export function gameFileName(
  { ended_at, title, code }: { ended_at: number; title: string; code: string },
  ending: string,
) {
  return `${dayOf(ended_at)}-${fileName(title)}-${code}${ending}`;
}

/** The day of a moment, where the host is: `2026-11-29`. */
export function dayOf(moment: number): string {
  const day = new Date(moment);
  const date = [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, "0"));
  return date.join("-");
}
