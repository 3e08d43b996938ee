/** Where nothing has to be known: what somebody who chooses everything would earn. */

import { editOf } from "../kinds/edit";
import { shownOptions } from "./draft";
import { readNumber } from "../kinds/number/read";
import { isOn, lineOf } from "./details";
import { judgeNumber } from "./judging/judging";
import type { DraftQuestion } from "./types";

/** In percent of the points; 0 where guessing is no way to earn any. */
export function shareForAll(question: DraftQuestion): number {
  switch (editOf(question.kind).guessed) {
    case "options":
      return ofOptions(question);
    case "slider":
      return ofSlider(question);
    default:
      return 0;
  }
}

/** Of all options at once. The engine rounds half up, too. */
function ofOptions(question: DraftQuestion): number {
  const options = shownOptions(question);
  const right = options.filter(({ correct }) => correct).length;
  const wrong = options.length - right;
  if (right === 0) return 0;
  if (!isOn(question, "partial")) return wrong === 0 ? 100 : 0;
  return Math.max(0, Math.floor(((right - wrong) * 200 + right) / (2 * right)));
}

/** Of a slider all of whose positions are near enough. */
function ofSlider(question: DraftQuestion): number {
  const read = (name: string) => readNumber(lineOf(question, name)).value;
  const [min, max, value] = [read("min"), read("max"), read("value")];
  if (isOn(question, "scoring") || min === null || max === null || value === null) return 0;
  const tolerance = read("tolerance") ?? "0";
  return [min, max].every((end) => judgeNumber(value, tolerance, end) === 100) ? 100 : 0;
}
