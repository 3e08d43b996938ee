import type { Edit } from "../kind";
import { withoutOptions } from "../parts/edits";

const edit: Edit = {
  ...withoutOptions,
  judged: true,
  asked: true,
  details: [
    { type: "list", name: "items", least: 3, most: 8, characters: 100 },
    { type: "switch", name: "partial", on: "pairs" },
  ],
};
export default edit;
