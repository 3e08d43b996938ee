/** Avatars: drawn here from the `avatar` string as seed, the same on every device, with no network. */

import { createAvatar } from "@dicebear/core";
import * as thumbs from "@dicebear/thumbs";

const GROUNDS = ["ffd166", "ff9e80", "8fd3ff", "b8f2d8", "f5b3dd", "d8f84c", "cdbcff", "8fe3dd"];
const SHAPES = ["2353d6", "c23b0c", "08734f", "b3186a", "6f35d4", "835500", "191530", "0e7490"];

/** More are never on a page at once; a session can have thousands. */
const KEPT = 500;
const drawn = new Map<string, string>();

/** A picture for an `img`; drawn once for each seed. */
export function avatarUri(seed: string): string {
  let uri = drawn.get(seed);
  if (!uri) {
    uri = createAvatar(thumbs, { seed, backgroundColor: GROUNDS, shapeColor: SHAPES }).toDataUri();
    if (drawn.size >= KEPT) drawn.clear();
    drawn.set(seed, uri);
  }
  return uri;
}

/** The avatars to choose from, as seeds: no two have the same two colours, so that they differ at a glance. */
export const GALLERY: readonly string[] = (
  "1 2 3 4 5 6 7 8 9 a b c d e f g i j k l m n o p r t u v y 10 12 14 16 17 1a 1b 1c 1e 1f 1g 1h 1k 1q 1s 1v 1w 1x 1y 22 26 27 28 " +
  "2b 2d 2e 2h 2i 2p 2v 31 36 3z 4k 5j"
).split(" ");

/** The whole gallery in another order each time. */
export function shuffledGallery(random: () => number = Math.random): string[] {
  return GALLERY.map((seed) => ({ seed, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ seed }) => seed);
}
