import { expect, test } from "vitest";
import { MAX_OWN_WORDS } from "../../wire/protocol";
import { LONGEST_WORD, wordsIn } from "./ownwords";

test("words are separated by commas of any script or by lines, and each counts once", () => {
  expect(wordsIn(" Grumpf, two words ,,Grumpf\nzork*،كلمة、言葉，词;x ")).toEqual([
    "Grumpf",
    "two words",
    "zork*",
    "كلمة",
    "言葉",
    "词",
    "x",
  ]);
  expect(wordsIn(" , \n")).toEqual([]);
});

test("the server gets no more and no longer words than it takes", () => {
  const words = wordsIn(Array.from({ length: 300 }, (_, n) => `${n}${"x".repeat(100)}`).join());
  expect(words).toHaveLength(MAX_OWN_WORDS);
  expect(words.every((word) => word.length <= LONGEST_WORD)).toBe(true);
});
