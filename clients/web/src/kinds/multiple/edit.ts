import type { Edit } from "../kind";
import { markSome } from "../options/marks";

const edit: Edit = {
  fresh_options: 4,
  marks: "some",
  problem: markSome,
  optioned: true,
  judged: true,
  asked: true,
  guessed: "options",
  details: [{ type: "switch", name: "partial", on: "right_minus_wrong" }],
};
export default edit;
