import { expect, test } from "vitest";
import { cloud } from "./cloud";

const WORDS = [
  { text: "calm", count: 9 },
  { text: "warm", count: 4 },
  { text: "loud", count: 1 },
];

test("a word that is named more often is larger", () => {
  const sizes = Object.fromEntries(cloud(WORDS).map(({ text, size }) => [text, size]));
  expect(sizes.calm).toBe(3);
  expect(sizes.loud).toBe(1);
  expect(sizes.warm).toBeGreaterThan(1);
  expect(sizes.warm).toBeLessThan(3);
});

test("words stay where they are when counts grow", () => {
  const before = cloud(WORDS).map(({ text }) => text);
  const after = cloud(WORDS.map((word) => ({ ...word, count: word.count * 3 + 1 })).toReversed());
  expect(after.map(({ text }) => text)).toEqual(before);
});

test("a cloud has only as many words as are shown", () => {
  expect(
    cloud(WORDS, 2)
      .map(({ text }) => text)
      .toSorted(),
  ).toEqual(["calm", "warm"]);
});
