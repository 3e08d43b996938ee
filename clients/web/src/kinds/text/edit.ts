import type { Edit } from "../kind";
import { withoutOptions } from "../parts/edits";

const edit: Edit = {
  ...withoutOptions,
  judged: true,
  asked: true,
  typed: "text",
  details: [
    { type: "list", name: "accepted", least: 1, most: 20, characters: 80, shared: true },
    { type: "switch", name: "typos", on: "none" },
    { type: "switch", name: "exact_case", on: true },
    { type: "switch", name: "exact_accents", on: true },
  ],
};
export default edit;
