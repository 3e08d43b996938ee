/**
 * A picture from a file, made small enough to be part of a quiz: a data URL of at most so many characters.
 *
 * It is always redrawn, so what a camera wrote beside the picture (place, time) does not get into the quiz.
 */

import { IMAGE_CHARACTERS } from "./limits";

/** Longest edge in pixels and quality, from the best that is worth its size to the last that can be recognised. */
export const STEPS = [
  [1280, 0.8],
  [1280, 0.62],
  [960, 0.7],
  [960, 0.5],
  [720, 0.6],
  [560, 0.6],
  [420, 0.55],
  [320, 0.5],
  [200, 0.45],
] as const;

/** The file is no picture that this browser can read. */
export class NotAPicture extends Error {}
/** It cannot be made small enough for the room that is left. */
export class NoRoom extends Error {}

export type Encode = (width: number, height: number, quality: number) => string;

/** Width and height with the longest edge at most `edge`; never larger than the picture. */
export function fitted(width: number, height: number, edge: number): [number, number] {
  const scale = Math.min(1, edge / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** The best encoding within `room` characters. @throws NoRoom */
export function bestWithin(room: number, width: number, height: number, encode: Encode): string {
  const most = Math.min(room, IMAGE_CHARACTERS);
  for (const [edge, quality] of STEPS) {
    const encoded = encode(...fitted(width, height, edge), quality);
    if (encoded.length <= most) return encoded;
  }
  throw new NoRoom();
}

/** The picture in a file as a data URL of at most `room` characters. @throws NotAPicture, NoRoom */
export async function pictureFrom(file: Blob, room: number): Promise<string> {
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode().catch(() => {
      throw new NotAPicture();
    });
    // A drawing without a size of its own says 0 in some browsers.
    const width = image.naturalWidth || 1280;
    const height = image.naturalHeight || 960;
    return bestWithin(room, width, height, (...size) => drawn(image, ...size));
  } finally {
    URL.revokeObjectURL(address);
  }
}

function drawn(image: HTMLImageElement, width: number, height: number, quality: number): string {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d")!;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  const webp = canvas.toDataURL("image/webp", quality);
  if (webp.startsWith("data:image/webp")) return webp;
  // Safari writes no WebP. JPEG has no transparency: what would be black becomes white.
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  return canvas.toDataURL("image/jpeg", quality);
}
