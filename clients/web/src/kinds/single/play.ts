import type { Play } from "../kind";
import { oneOf } from "../parts/plays";

const play: Play = { ...oneOf, judged: true };
export default play;
