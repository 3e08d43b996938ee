import type { Edit } from "../kind";
import { withoutOptions } from "../parts/edits";

const edit: Edit = {
  ...withoutOptions,
  judged: false,
  asked: false,
  details: [{ type: "line", name: "body", characters: 2000, long: true }],
};
export default edit;
