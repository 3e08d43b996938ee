/** How this page reaches the server: asked where there is no WebSocket, since a browser does not tell why. */

export interface Reached {
  /** The name by which the server was asked; a proxy in front of it may have changed it. */
  host: string;
  /** Why the server refuses a WebSocket of this page. */
  refuses: "origin" | "full" | null;
}

/** Where the WebSocket of this page is. */
export function socketAddress(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
}

const WITHIN_MS = 10_000;

/** Asks the server; null: it does not answer. */
export async function askHowReached(): Promise<Reached | null> {
  const ended = new AbortController();
  const deadline = setTimeout(() => ended.abort(), WITHIN_MS);
  try {
    const answer = await fetch(`/reached?origin=${encodeURIComponent(location.origin)}`, { signal: ended.signal });
    return answer.ok ? ((await answer.json()) as Reached) : null;
  } catch {
    return null; // No network, or something in between that answers in place of the server.
  } finally {
    clearTimeout(deadline);
  }
}
