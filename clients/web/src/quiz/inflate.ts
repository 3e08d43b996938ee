/** Unpacks deflated bytes piece by piece, so that what comes out can be counted while it comes. */

import { Inflate } from "fflate";

const PIECE = 16_384;

/** @param count - hears of each piece, and ends the work by throwing. Throws, too, where the bytes are damaged. */
export function inflate(packed: Uint8Array, count: (piece: Uint8Array) => void): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const stream = new Inflate((piece) => {
    count(piece);
    pieces.push(piece);
    length += piece.length;
  });
  for (let at = 0; at < packed.length; at += PIECE)
    stream.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
