import type { Edit } from "../kind";
import { withoutOptions } from "../parts/edits";

const edit: Edit = {
  ...withoutOptions,
  judged: false,
  asked: true,
  details: [{ type: "count", name: "max_words", least: 1, most: 5, usual: 3 }],
};
export default edit;
