/** Whether an answer to a question that is being written would count: what its players' pages and the server would make of it. */

import { editOf } from "../../kinds/edit";
import { readNumber } from "../../kinds/number/read";
import { isOn, lineOf, rowsOf } from "../details";
import type { DraftQuestion } from "../types";
import { judgeNumber, judgeText } from "./judging";

/** `which`: the page would ask which number is meant; `closest`: it depends on the others. */
export type Trial = { says: "share"; share: number } | { says: "none" | "which" | "closest" | "outside" | "unwritten" };

const LIST = { type: "list", name: "accepted", least: 0, most: 20, characters: 80 } as const;

/** Whether answers to it are typed, so that they can be tried. */
export const isTyped = ({ kind }: DraftQuestion): boolean => editOf(kind).typed !== undefined;

/** @param answer - as it was typed; not blank */
export function tried(question: DraftQuestion, answer: string): Trial {
  return editOf(question.kind).typed === "number" ? triedNumber(question, answer) : triedText(question, answer);
}

function triedText(question: DraftQuestion, answer: string): Trial {
  const variants = rowsOf(question, LIST).filter(({ text }) => text.trim() !== "");
  if (variants.length === 0) return { says: "unwritten" };
  const exact = { case: isOn(question, "exact_case"), accents: isOn(question, "exact_accents") };
  const shared = variants.map(({ text, share = 100 }) => ({ text: text.trim(), share }));
  return { says: "share", share: judgeText(shared, !isOn(question, "typos"), exact, answer) };
}

function triedNumber(question: DraftQuestion, answer: string): Trial {
  const read = (name: string) => readNumber(lineOf(question, name)).value;
  const value = read("value");
  if (value === null) return { says: "unwritten" };
  const given = readNumber(answer, lineOf(question, "unit").trim());
  if (given.value === null) return { says: "none" };
  if (given.other !== undefined) return { says: "which" };
  const [min, max] = [read("min"), read("max")];
  if ((min !== null && Number(given.value) < Number(min)) || (max !== null && Number(given.value) > Number(max)))
    return { says: "outside" };
  const share = judgeNumber(value, read("tolerance") ?? "0", given.value);
  if (isOn(question, "scoring"))
    return judgeNumber(value, "0", given.value) === 100 ? { says: "share", share: 100 } : { says: "closest" };
  return { says: "share", share };
}
