import type { Edit } from "../kind";
import { withoutOptions } from "../parts/edits";

const edit: Edit = {
  ...withoutOptions,
  judged: true,
  asked: true,
  details: [
    { type: "list", name: "pairs", least: 2, most: 6, characters: 100, paired: true },
    { type: "list", name: "extra", least: 0, most: 4, characters: 100 },
    { type: "switch", name: "partial", on: "exact" },
  ],
};
export default edit;
