/** What comes next: the one thing that the large button, the space bar and the remote do. */

import type { TextKey } from "../i18n/i18n.svelte";
import { playOf } from "../kinds/play";
import type { View } from "../game/reducer";
import type { Host } from "./host.svelte";
import { showEarlier } from "./lead";

export interface Action {
  label: TextKey;
  run: () => void;
  /** Whether it leads to what was there before. */
  back?: boolean;
}

/** The next step of the quiz; null where there is none. */
export function nextAction(host: Host, view: View): Action | null {
  if (view.earlier) return { label: "lead.back", run: () => void showEarlier(host, null), back: true };
  switch (view.phase) {
    case "lobby":
      return view.player_count > 0 ? { label: "stage.start", run: () => void host.start() } : null;
    case "question":
      // Nobody answers a slide: there is nothing to close, and no results.
      if (view.question && !playOf(view.question.kind).asked)
        return { label: host.last ? "stage.podium" : "stage.next", run: () => void host.moveOn() };
      return { label: "stage.close", run: () => void host.closeQuestion() };
    case "results": {
      const leaderboard = !host.remote && host.board === "results" && host.leaderboardNext;
      const label = leaderboard ? "stage.leaderboard" : host.last ? "stage.podium" : "stage.next";
      return { label, run: () => void host.next() };
    }
    case "ended":
      if (host.remote) return null;
      return host.board === "standings"
        ? { label: "stage.backToPodium", run: () => host.turnPodium(), back: true }
        : { label: "stage.standings", run: () => host.turnPodium() };
  }
}

export function switchFullScreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  // A phone of Apple has none, and a browser may refuse.
  else document.documentElement.requestFullscreen?.().catch(() => {});
}
