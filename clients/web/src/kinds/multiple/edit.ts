import type { Edit } from "../kind";
import { markSome } from "../options/marks";

const edit: Edit = { fresh_options: 4, marks: "some", problem: markSome };
export default edit;
