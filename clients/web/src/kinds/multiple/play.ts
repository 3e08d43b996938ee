import type { Play } from "../kind";

const play: Play = { several: true, judged: true, answer: (chosen) => [...chosen] };
export default play;
