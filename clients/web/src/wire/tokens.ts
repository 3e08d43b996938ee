/**
 * The tokens that are kept to resume with: one for each role and session code.
 *
 * Looked for in this tab's storage, then in the browser's, so that two tabs are two players. A session that is being
 * played holds its token in memory besides: a browser that keeps nothing loses no seat with a connection.
 */

import type { Role } from "./protocol";
import { keys, read, readTab, remove, write, writeTab } from "../device/storage";

/** Sessions end long before; older tokens are only clutter. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

export interface KeptToken {
  code: string;
  token: string;
  /** The quiz, for the list of sessions to go on with. */
  title: string;
  /** Where players join, as the server said when the session was opened; the host's. */
  join_url?: string;
  /** `Date.now()` when it was kept. */
  kept_at: number;
}

export function keepToken(role: Role, code: string, token: string, title: string, join_url?: string): void {
  const key = `${role}:${code}`;
  const kept: KeptToken = { code, token, title, join_url, kept_at: Date.now() };
  writeTab(key, kept);
  write(key, kept);
}

export function keptToken(role: Role, code: string): KeptToken | null {
  const key = `${role}:${code}`;
  return readTab<KeptToken>(key) ?? read<KeptToken>(key);
}

export function tokenFor(role: Role, code: string): string | null {
  return keptToken(role, code)?.token ?? null;
}

export function forgetToken(role: Role, code: string): void {
  const key = `${role}:${code}`;
  const own = tokenFor(role, code);
  writeTab(key, null);
  // The browser's may be that of another tab by now.
  if (read<KeptToken>(key)?.token === own) remove(key);
}

/** All kept tokens of a role, the newest first. */
export function keptTokens(role: Role): KeptToken[] {
  return keys(`${role}:`)
    .map((code) => read<KeptToken>(`${role}:${code}`))
    .filter((kept) => kept !== null)
    .filter((kept) => kept.kept_at > Date.now() - KEPT_MS)
    .sort((a, b) => b.kept_at - a.kept_at);
}
