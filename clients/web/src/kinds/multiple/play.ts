import type { Play } from "../kind";

const play: Play = {
  most: ({ options }) => options.length,
  judged: true,
  asked: true,
  stays_right: true,
  answer: (chosen) => [...chosen],
};
export default play;
