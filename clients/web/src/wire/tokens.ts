/** The tokens that this browser can resume with: one for each role and session code. */

import type { Role } from "./protocol";
import { keys, read, remove, write } from "../device/storage";

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
  write(`${role}:${code}`, { code, token, title, join_url, kept_at: Date.now() } satisfies KeptToken);
}

export function keptToken(role: Role, code: string): KeptToken | null {
  return read<KeptToken>(`${role}:${code}`);
}

export function tokenFor(role: Role, code: string): string | null {
  return keptToken(role, code)?.token ?? null;
}

export function forgetToken(role: Role, code: string): void {
  remove(`${role}:${code}`);
}

/** All kept tokens of a role, the newest first. */
export function keptTokens(role: Role): KeptToken[] {
  return keys(`${role}:`)
    .map((code) => read<KeptToken>(`${role}:${code}`))
    .filter((kept) => kept !== null)
    .filter((kept) => kept.kept_at > Date.now() - KEPT_MS)
    .sort((a, b) => b.kept_at - a.kept_at);
}
