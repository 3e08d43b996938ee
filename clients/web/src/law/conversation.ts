/** What the engine said to one page in a drawn game, as tests/system/heard.py writes it down. */

import { existsSync, readFileSync } from "node:fs";
import type { AnyServerMessage, Resumed } from "../wire/protocol";

const FILE = "../../build/resuming/games.jsonl";

export type Said = (AnyServerMessage & { close?: undefined }) | { close: number };

export interface Step {
  /** On the server's clock, in ms. */
  at: number;
  /** What the page's person does before anything is said. */
  does: { type: "submit_answer"; answer: number | number[] | string } | { type: "ask_extra_time" } | null;
  said: Said[];
  /** What `resumed` would say after it; null when the session is over. */
  resumed: Resumed | null;
  /** Whether the page has been told all that is counted by then. */
  settled: boolean;
}

export interface Conversation {
  name: string;
  who: "host" | "remote" | "player";
  steps: Step[];
}

/** All conversations. @throws Error where they were not recorded. */
export function conversations(): Conversation[] {
  if (!existsSync(FILE)) throw new Error("the games are not recorded: make test-pages");
  const lines = readFileSync(FILE, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Conversation);
}
