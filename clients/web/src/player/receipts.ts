/** The receipts of the player's answers, kept through a reload: of the game that is played now, no other. */

import { read, write } from "../device/storage";

interface Kept {
  player_id: string;
  /** By question. */
  receipts: Record<number, string>;
}

const KEY = "receipts";

export function keepReceipt(player_id: string, question: number, receipt: string): void {
  write(KEY, { player_id, receipts: { ...receiptsOf(player_id), [question]: receipt } } satisfies Kept);
}

export function receiptsOf(player_id: string): Readonly<Kept["receipts"]> {
  const kept = read<Kept>(KEY);
  return kept?.player_id === player_id ? kept.receipts : {};
}
