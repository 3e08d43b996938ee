/** Names of the files that games are saved as. */

import { fileName } from "../quiz/download";

/** Date, title and code: `2026-11-29-capitals-123456.xlsx`. The date is the day when it ended, where the host is. */
export function gameFileName(
  { ended_at, title, code }: { ended_at: number; title: string; code: string },
  ending: string,
) {
  const day = new Date(ended_at);
  const date = [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, "0"));
  return `${date.join("-")}-${fileName(title)}-${code}${ending}`;
}
