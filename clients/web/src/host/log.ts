/** The log of a session as the text of a file, fetched page by page: `quickpoll replay` plays it again. */

import type { Log } from "../wire/protocol";

/** Asks for page after page until there is no other. */
export async function fetchLog(ask: (cursor: string) => Promise<Log>): Promise<string> {
  const texts: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Log = await ask(cursor);
    texts.push(page.text);
    cursor = page.next_cursor;
  }
  return texts.join("");
}
