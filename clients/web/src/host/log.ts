/** The log of a session as the text of a file, fetched page by page: `quickpoll replay` plays it again. */

import { Refused } from "../wire/socket";
import type { Log } from "../wire/protocol";

/** Asks for page after page until there is no other. */
export async function fetchLog(ask: (cursor: string) => Promise<Log>): Promise<string> {
  const texts: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page = await patiently(ask, cursor);
    texts.push(page.text);
    cursor = page.next_cursor;
  }
  return texts.join("");
}

/** A large log has more pages than the server takes commands in a row: waits for as long as it says. */
async function patiently(ask: (cursor: string) => Promise<Log>, cursor: string): Promise<Log> {
  for (;;) {
    try {
      return await ask(cursor);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "rate_limited") throw error;
      await new Promise((done) => setTimeout(done, error.retry_after_ms));
    }
  }
}
