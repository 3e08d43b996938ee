/** Keeps what was played in the host's browser: at the end of a quiz, and before a session is ended in its middle. */

import { wouldBeLost } from "../device/leaving";
import { tokenFor } from "../wire/tokens";
import type { Session } from "../game/session.svelte";
import type { Standings } from "../files/standings";
import { notePlayed } from "../quiz/library";
import { playedFrom } from "./playing";

/** A larger log stays on the server, from where the results view fetches it: about 150 bytes an answer. */
const MOST_LOGGED_ANSWERS = 20_000;
/** Nobody waits longer for it when a session is ended. */
const PATIENCE_MS = 3000;

/** What of the host is needed for it. */
interface Led {
  session: Session;
  standings: Standings | null;
  loadStandings: () => Promise<void>;
  fetchLog: () => Promise<string | null>;
}

/** Asks the server for the results and keeps them. A browser that keeps nothing, or a lost connection, stops nobody. */
export function keepPlayed(host: Led): Promise<void> {
  const patience = new Promise<void>((done) => setTimeout(done, PATIENCE_MS));
  return Promise.race([keep(host).catch(() => undefined), patience]);
}

async function keep(host: Led): Promise<void> {
  const code = host.session.view?.code;
  const token = code && tokenFor("host", code);
  if (!token || host.session.ending) return;
  await host.loadStandings();
  const { standings } = host;
  if (standings && (standings.players.length === 0 || standings.questions.length === 0)) return;
  wouldBeLost("game", true);
  if (!standings) return;
  const { keepGame, pastGame } = await import("../files/games");
  const game = pastGame(code, token, standings, Date.now());
  await keepGame(game);
  wouldBeLost("game", false);
  const quiz = playedFrom(code);
  if (quiz !== null) await notePlayed(quiz, game.ended_at);
  if (standings.log_head === undefined || game.players * game.questions > MOST_LOGGED_ANSWERS) return;
  const log = await host.fetchLog();
  if (log !== null) await keepGame({ ...game, log });
}
