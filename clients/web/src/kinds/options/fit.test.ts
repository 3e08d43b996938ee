import { expect, test } from "vitest";
import { largest } from "./fit";

test("letters are as large as fits, to half a pixel", () => {
  expect(largest(20, 54, (size) => size <= 33.3)).toBeGreaterThan(32.7);
  expect(largest(20, 54, (size) => size <= 33.3)).toBeLessThanOrEqual(33.3);
});

test("letters are never larger than the most and never smaller than the least", () => {
  expect(largest(20, 54, () => true)).toBe(54);
  expect(largest(20, 54, () => false)).toBe(20);
});
