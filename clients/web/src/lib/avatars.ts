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

/** `count` avatars to choose from: as strings, as they go over the wire. */
export function randomAvatars(count: number): string[] {
  return Array.from(crypto.getRandomValues(new Uint32Array(count)), (n) => n.toString(36));
}
