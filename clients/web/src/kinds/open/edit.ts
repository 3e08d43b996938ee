import type { Edit } from "../kind";
import { withoutOptions } from "../parts/edits";

const edit: Edit = {
  ...withoutOptions,
  judged: false,
  asked: true,
  details: [],
};
export default edit;
