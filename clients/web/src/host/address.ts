/**
 * What the address says: `#123456` names a session, `#123456-remote` that this is its remote control.
 *
 * The link for the remote carries the host's token in the fragment, which browsers send to nobody; it is kept
 * and taken out of the address and its history at once.
 */

import { keepToken } from "../wire/tokens";

export interface Opening {
  /** The session to resume, if the address names one. */
  code: string | null;
  remote: boolean;
}

/** Reads the page's address, and keeps the token of a link for the remote. */
export function readAddress(): Opening {
  const [, invited, token] = /^#remote=(\d{6})\.(\S+)$/.exec(location.hash) ?? [];
  if (invited && token) {
    keepToken("host", invited, token, "");
    showAddress(invited, true);
    return { code: invited, remote: true };
  }
  const [, code, remote] = /^#(\d{6})(-remote)?$/.exec(location.hash) ?? [];
  return { code: code ?? null, remote: remote !== undefined };
}

/** Puts the session into the address, so that a reload finds it again; null: none. */
export function showAddress(code: string | null, remote = false): void {
  history.replaceState(null, "", code ? `#${code}${remote ? "-remote" : ""}` : "/host");
}

/** The link that makes a phone the remote control. Anyone who has it can lead the game. */
export function remoteLink(origin: string, code: string, token: string): string {
  return `${origin}/host#remote=${code}.${token}`;
}
