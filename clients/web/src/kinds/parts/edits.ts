/** What kinds without options share when they are written. */

import type { Edit } from "../kind";

export const withoutOptions: Pick<Edit, "fresh_options" | "marks" | "problem" | "optioned"> = {
  fresh_options: 0,
  marks: "none",
  problem: () => null,
  optioned: false,
};
