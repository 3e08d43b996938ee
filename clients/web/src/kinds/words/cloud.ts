/** A cloud of words: how large each is, and a place that a word keeps while the cloud grows. */

import type { WordCount } from "../../wire/protocol";

export interface CloudWord extends WordCount {
  /** In em: the area of a word grows with its count. */
  size: number;
}

/** The middle of a word, in em from the middle of the cloud. */
export interface Place {
  x: number;
  y: number;
}

/** A word as it is drawn: how wide and high, in em. */
export interface Box {
  text: string;
  width: number;
  height: number;
}

export interface Cloud {
  places: ReadonlyMap<string, Place>;
  /** Of all the words together, around the middle. */
  width: number;
  height: number;
}

const SMALLEST = 1;
const LARGEST = 3;
const SIZE_STEP = 0.25;
/** Between two words, in em. */
const GAP = 0.3;
/** Of the spiral on which a word looks for room: so far to the next place, and so far out with each turn. */
const STEP = 0.35;
const OUT = 0.07;

/** The words with their sizes, the most frequent first. */
export function sized(words: readonly WordCount[], shown: number): CloudWord[] {
  const kept = words.slice(0, shown);
  const most = Math.max(1, ...kept.map(({ count }) => count));
  return kept.map(({ text, count }) => ({
    text,
    count,
    size: most === 1 ? (SMALLEST + LARGEST) / 2 : stepped(Math.sqrt((count - 1) / (most - 1))),
  }));
}

/** A size between the two, in steps: a word that is named once more mostly stays as large, and pushes none away. */
function stepped(part: number): number {
  return SMALLEST + Math.round((part * (LARGEST - SMALLEST)) / SIZE_STEP) * SIZE_STEP;
}

/**
 * Gives each word a place where it covers no other: the one that it had before, or the nearest free one to it; new words
 * look from the middle outwards, after all others.
 *
 * @param aspect - how many times as wide as high the cloud may be
 */
export function arranged(boxes: readonly Box[], before: ReadonlyMap<string, Place>, aspect: number): Cloud {
  const placed: (Box & Place)[] = [];
  const known = boxes.filter(({ text }) => before.has(text));
  const fresh = boxes.filter(({ text }) => !before.has(text));
  for (const box of [...known, ...fresh]) placed.push({ ...box, ...free(box, before.get(box.text), placed, aspect) });
  const reach = (side: (box: Box & Place) => number) => 2 * Math.max(0, ...placed.map(side));
  return {
    places: new Map(placed.map(({ text, x, y }) => [text, { x, y }])),
    width: reach(({ x, width }) => Math.abs(x) + width / 2),
    height: reach(({ y, height }) => Math.abs(y) + height / 2),
  };
}

function free(box: Box, start: Place = { x: 0, y: 0 }, placed: readonly (Box & Place)[], aspect: number): Place {
  const stretch = Math.sqrt(aspect);
  for (let angle = 0; ; angle += STEP / Math.max(1, Math.sqrt(angle))) {
    const radius = OUT * angle;
    const place = {
      x: start.x + radius * stretch * Math.cos(angle),
      y: start.y + (radius / stretch) * Math.sin(angle),
    };
    if (!placed.some((other) => covers({ ...box, ...place }, other))) return place;
  }
}

function covers(one: Box & Place, other: Box & Place): boolean {
  return (
    Math.abs(one.x - other.x) < (one.width + other.width) / 2 + GAP &&
    Math.abs(one.y - other.y) < (one.height + other.height) / 2
  );
}
