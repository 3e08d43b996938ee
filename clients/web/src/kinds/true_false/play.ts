import type { Play } from "../kind";

const play: Play = { several: false, judged: true, answer: (chosen) => chosen[0] as number };
export default play;
