import type { Play } from "../kind";
import { collected } from "../parts/plays";

const play: Play = { ...collected, judged: false, texts: "picked" };
export default play;
