import type { Edit } from "../kind";
import { withoutOptions } from "../parts/edits";

const edit: Edit = {
  ...withoutOptions,
  judged: false,
  asked: true,
  details: [
    { type: "line", name: "min_label", characters: 100 },
    { type: "line", name: "max_label", characters: 100 },
    { type: "count", name: "steps", least: 2, most: 11, usual: 5 },
  ],
};
export default edit;
