/** Makes reports in a thread of its own: an order comes in, the bytes of the workbook go out. */

import { type GameSummary, type PastGame, gameOf } from "../games";
import { type ReportWords, report } from "./report";

export interface ReportOrder {
  /** With its answers, or as it is listed: then it is read from what the browser keeps. */
  game: PastGame | GameSummary;
  words: ReportWords;
}

onmessage = async ({ data: { game, words } }: MessageEvent<ReportOrder>) => {
  const played = "standings" in game ? game : await gameOf(game.id);
  if (!played) throw new Error("the game is not kept any more");
  const bytes = report(played, words);
  postMessage(bytes, { transfer: [bytes.buffer] });
};

// A promise that fails is no error of the worker by itself.
addEventListener("unhandledrejection", ({ reason }: PromiseRejectionEvent) => {
  reportError(reason);
});
