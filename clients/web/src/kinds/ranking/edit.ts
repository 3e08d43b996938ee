import type { Edit } from "../kind";

const edit: Edit = {
  fresh_options: 4,
  fewest: 3,
  marks: "none",
  problem: () => null,
  optioned: true,
  judged: false,
  asked: true,
  details: [{ type: "count", name: "top", least: 1, most: 10, usual: null }],
};
export default edit;
