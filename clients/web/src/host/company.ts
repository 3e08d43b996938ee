/**
 * The people of a session that is over go along into the next session of this tab. This module remembers them in
 * between, and says in their session where it goes on.
 */

import { readTab, writeTab } from "../device/storage";
import { Session } from "../game/session.svelte";
import { t } from "../i18n/i18n.svelte";

/** Those who go along. */
export interface Company {
  /** The session that they are in. */
  code: string;
  people: number;
  /** The session where they go on, as soon as it is open. */
  next?: string;
}

const KEY = "company";

/** Those who are to go along from this tab; null: nobody. */
export function company(): Company | null {
  return readTab<Company>(KEY);
}

/** Remembers them; null: nobody goes along any more. */
export function keepCompany(going: Company | null): void {
  writeTab(KEY, going);
}

/** What of the host's page is needed for it. */
interface Led {
  readonly session: Session;
  problem: string;
}

/** Brings along those who are to go on in the session that the host has opened; after a reload, if that was begun. */
export async function continueHere(host: Led, code: string, again = false): Promise<void> {
  if (again && company()?.next !== code) return;
  if ((await bringAlong(code, host.session.disposed)) === false) host.problem = t("company.failed");
}

/**
 * Says in the session before that its people go on in this one, and gives up its host's seat. It tries until the
 * connection allows it; after a reload it is begun again.
 *
 * @param next the session where they go on.
 * @param signal ends it, when the page has another session.
 * @returns whether they were told; null where it was ended before.
 */
function bringAlong(next: string, signal: AbortSignal): Promise<boolean | null> {
  const going = company();
  if (!going || (going.next !== undefined && going.next !== next)) return Promise.resolve(null);
  keepCompany({ ...going, next });
  return new Promise((resolve) => {
    const over = (told: boolean | null) => {
      if (told !== null) {
        keepCompany(null);
        before.forget();
      }
      before.dispose();
      resolve(told);
    };
    const failed = () => over(signal.aborted ? null : false);
    const before = new Session("host", { code: going.code }, { message: () => {}, begin: failed, failed });
    signal.addEventListener("abort", () => before.dispose());
    before.send({ type: "continue_in", code: next }).then(() => over(true), failed);
  });
}
