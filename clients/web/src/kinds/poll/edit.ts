import type { Edit } from "../kind";

const edit: Edit = {
  fresh_options: 3,
  marks: "none",
  problem: () => null,
  optioned: true,
  judged: false,
  asked: true,
  details: [{ type: "count", name: "max_choices", least: 1, most: 10, usual: 1 }],
};
export default edit;
