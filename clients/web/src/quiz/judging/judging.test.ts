import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { judgeNumber, judgeText } from "./judging";

interface Cases {
  text: {
    accepted: { text: string; share: number }[];
    typos: "few" | "none";
    exact_case: boolean;
    exact_accents: boolean;
    answer: string;
    share: number;
  }[];
  number: { value: string; tolerance: string; answer: string; share: number }[];
}
const CASES = JSON.parse(readFileSync("src/quiz/judging/cases.json", "utf8")) as Cases;

test("texts are judged as the engine judges them", () => {
  expect(CASES.text.length).toBeGreaterThan(250);
  for (const one of CASES.text) {
    const exact = { case: one.exact_case, accents: one.exact_accents };
    const share = judgeText(one.accepted, one.typos === "few", exact, one.answer);
    expect({ ...one, share }).toEqual(one);
  }
});

test("numbers are judged as the engine judges them", () => {
  expect(CASES.number.length).toBeGreaterThan(50);
  for (const one of CASES.number) {
    expect({ ...one, share: judgeNumber(one.value, one.tolerance, one.answer) }).toEqual(one);
  }
});
