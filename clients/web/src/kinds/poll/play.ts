import type { Play } from "../kind";
import { oneOf } from "../parts/plays";

const play: Play = {
  ...oneOf,
  most: ({ max_choices = 1 }) => max_choices,
  judged: false,
  // One index where there is one: so it was before there could be several.
  answer: (chosen) => (chosen.length === 1 ? (chosen[0] as number) : [...chosen]),
};
export default play;
