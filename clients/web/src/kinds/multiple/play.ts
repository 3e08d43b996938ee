import type { Play } from "../kind";

const play: Play = {
  most: ({ options }) => options.length,
  judged: true,
  asked: true,
  answer: (chosen) => [...chosen],
};
export default play;
