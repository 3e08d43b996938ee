import { expect, test } from "vitest";
import { type Box, arranged, sized } from "./cloud";

const WORDS = [
  { text: "calm", count: 9 },
  { text: "warm", count: 4 },
  { text: "loud", count: 1 },
];

function boxes(words = WORDS, shown = 40): Box[] {
  return sized(words, shown).map(({ text, size }) => ({ text, width: 0.55 * text.length * size, height: 1.2 * size }));
}

function many(count: number) {
  return Array.from({ length: count }, (_, n) => ({
    text: `word ${n * 7919}`.slice(0, 4 + (n % 9)) + n,
    count: 1 + Math.floor(60 / (n + 1)),
  }));
}

test("a word that is named more often is larger", () => {
  const sizes = Object.fromEntries(sized(WORDS, 40).map(({ text, size }) => [text, size]));
  expect(sizes.calm).toBe(3);
  expect(sizes.loud).toBe(1);
  expect(sizes.warm).toBeGreaterThan(1);
  expect(sizes.warm).toBeLessThan(3);
});

test("a cloud has only as many words as are shown", () => {
  expect(sized(WORDS, 2).map(({ text }) => text)).toEqual(["calm", "warm"]);
});

test.each([1, 5, 40])("of %i words none covers another, and all lie within what the cloud takes", (count) => {
  const all = boxes(many(count));
  const { places, width, height } = arranged(all, new Map(), 2);
  for (const one of all) {
    const { x, y } = places.get(one.text)!;
    expect(Math.abs(x) + one.width / 2).toBeLessThanOrEqual(width / 2 + 1e-9);
    expect(Math.abs(y) + one.height / 2).toBeLessThanOrEqual(height / 2 + 1e-9);
    for (const other of all.filter(({ text }) => text !== one.text)) {
      const there = places.get(other.text)!;
      const apart =
        Math.abs(x - there.x) >= (one.width + other.width) / 2 ||
        Math.abs(y - there.y) >= (one.height + other.height) / 2;
      expect(apart, `${one.text} and ${other.text}`).toBe(true);
    }
  }
});

test("words stay where they are when new ones come", () => {
  const few = many(12);
  const before = arranged(boxes(few), new Map(), 2).places;
  const after = arranged(boxes([...few, { text: "new", count: 1 }, { text: "newer", count: 1 }]), before, 2).places;
  for (const { text } of few) expect(after.get(text)).toEqual(before.get(text));
});

test("where one word grows, few others move, and not far", () => {
  const words = many(20);
  const before = arranged(boxes(words), new Map(), 2).places;
  const grown = words.map((word, n) => (n === 6 ? { ...word, count: word.count * 3 } : word));
  const after = arranged(boxes(grown), before, 2).places;
  const moved = [...before].map(([text, { x, y }]) => Math.hypot(after.get(text)!.x - x, after.get(text)!.y - y));
  expect(moved.filter((distance) => distance === 0).length).toBeGreaterThanOrEqual(12);
  expect(Math.max(...moved)).toBeLessThan(5);
});
