import { expect, test } from "vitest";
import { NoRoom, bestWithin, fitted } from "./image";
import { IMAGE_CHARACTERS } from "./limits";

/** A browser whose pictures take a character for each ten pixels, at the best quality. */
const encode = (width: number, height: number, quality: number) =>
  "x".repeat(Math.ceil((width * height * quality) / 10));

test("a small picture is not made larger, a large one keeps its shape", () => {
  expect(fitted(300, 200, 1280)).toEqual([300, 200]);
  expect(fitted(4000, 3000, 1280)).toEqual([1280, 960]);
  expect(fitted(30, 9000, 320)).toEqual([1, 320]);
});

test("the first step that fits is taken", () => {
  expect(bestWithin(IMAGE_CHARACTERS, 640, 480, encode)).toHaveLength(640 * 48 * 0.8);
  expect(bestWithin(IMAGE_CHARACTERS, 4000, 3000, encode)).toHaveLength(960 * 72 * 0.7);
});

test("no picture takes more than the server allows, nor than the quiz has room for", () => {
  expect(bestWithin(10 ** 9, 4000, 4000, encode).length).toBeLessThanOrEqual(IMAGE_CHARACTERS);
  expect(bestWithin(6000, 4000, 3000, encode).length).toBeLessThanOrEqual(6000);
  expect(() => bestWithin(100, 4000, 3000, encode)).toThrow(NoRoom);
});
