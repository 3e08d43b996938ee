import type { Edit } from "../kind";
import { markOne } from "../options/marks";

const edit: Edit = {
  fresh_options: 4,
  marks: "one",
  problem: markOne,
  optioned: true,
  judged: true,
  asked: true,
  details: [],
};
export default edit;
