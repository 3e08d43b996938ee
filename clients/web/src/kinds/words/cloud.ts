/** A cloud of words: how large each is, and an order that stays the same while the counts grow. */

import type { WordCount } from "../../wire/protocol";

export interface CloudWord extends WordCount {
  /** In em: the area of a word grows with its count. */
  size: number;
  /** Which of the colours. */
  colour: number;
}

const SMALLEST = 1;
const LARGEST = 3;
const COLOURS = 6;

/** The words in an order that mixes large and small ones, and depends on the words alone. */
export function cloud(words: readonly WordCount[], shown = 40): CloudWord[] {
  const kept = words.slice(0, shown);
  const most = Math.max(1, ...kept.map(({ count }) => count));
  return kept
    .map(({ text, count }) => ({
      text,
      count,
      size:
        most === 1 ? (SMALLEST + LARGEST) / 2 : SMALLEST + (LARGEST - SMALLEST) * Math.sqrt((count - 1) / (most - 1)),
      colour: hash(text) % COLOURS,
      place: hash(text),
    }))
    .sort((a, b) => a.place - b.place)
    .map(({ text, count, size, colour }) => ({ text, count, size, colour }));
}

/** FNV-1a. */
function hash(text: string): number {
  let found = 0x811c9dc5;
  for (const character of text) found = Math.imul(found ^ character.codePointAt(0)!, 0x01000193);
  return found >>> 0;
}
