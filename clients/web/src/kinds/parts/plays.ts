/** Ways to play that kinds share. */

import type { Play } from "../kind";

/** One option is chosen, and that is the answer. */
export const oneOf: Pick<Play, "most" | "asked" | "answer"> = {
  most: () => 1,
  asked: true,
  answer: (chosen) => chosen[0] as number,
};

/** The view of the kind collects the answer. */
export const collected: Pick<Play, "most" | "asked" | "answer"> = {
  most: () => null,
  asked: true,
  answer: (chosen) => [...chosen],
};
