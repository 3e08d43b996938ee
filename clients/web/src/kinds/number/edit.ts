import type { Edit } from "../kind";
import { withoutOptions } from "../parts/edits";

const edit: Edit = {
  ...withoutOptions,
  judged: true,
  asked: true,
  typed: "number",
  guessed: "slider",
  details: [
    { type: "line", name: "value", characters: 22, numeric: true, needed: true },
    { type: "line", name: "tolerance", characters: 22, numeric: true },
    { type: "line", name: "unit", characters: 20 },
    { type: "switch", name: "scoring", on: "closest" },
    { type: "line", name: "min", characters: 22, numeric: true },
    { type: "line", name: "max", characters: 22, numeric: true },
    { type: "line", name: "step", characters: 22, numeric: true },
  ],
};
export default edit;
