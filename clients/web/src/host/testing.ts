/** The life of a host's page, and how a session gets to its lobby and its first results, for the tests. */

import { Sounds } from "../device/sound.svelte";
import { Life } from "../game/life.svelte";
import { endsWithTest } from "../game/testing";
import { type FakeConnection, QUESTION, SESSION, settle } from "../wire/fakes";
import type { PublicQuestion } from "../wire/protocol";
import { Host } from "./host.svelte";

export const RESULTS = {
  type: "question_results" as const,
  seq: 3,
  question: 0,
  correct: [0],
  counts: [1, 0],
  answered: 1,
  total: 1,
  explanation: null,
};

/** @param code the session of the page's address, if it names one. */
export function hostPage(code: string | null, remote = false): Life<Host> {
  const sounds = new Sounds("host");
  return endsWithTest(new Life<Host>((life, beginning) => new Host(life, sounds, beginning, remote), { code }));
}

/** A page whose session is in its lobby. */
export async function lobbyPage(connection: () => FakeConnection, settings = SESSION.settings): Promise<Life<Host>> {
  const page = hostPage(null);
  connection().onopen?.();
  void page.current.create({ title: "Capitals", questions: [] }, {});
  connection().answer("create_session", {
    type: "session_created",
    code: "123456",
    host_token: "token",
    join_url: "http://h/join/123456",
    session: { ...SESSION, settings },
  });
  await settle();
  return page;
}

/** A page with the results of the first question, and a leaderboard. */
export async function resultsPage(
  connection: () => FakeConnection,
  question: Partial<PublicQuestion> = {},
  settings = SESSION.settings,
): Promise<Life<Host>> {
  const page = await lobbyPage(connection, settings);
  connection().say({
    type: "new_question",
    seq: 2,
    question: { ...QUESTION, ...question },
    opens_at: 0,
    closes_at: 10_000,
  });
  connection().say({ ...RESULTS, advances_at: settings.auto_advance_ms ? settings.auto_advance_ms + 1 : null });
  connection().say({ type: "leaderboard", seq: 4, question: 0, entries: [], total: 1 });
  return page;
}
