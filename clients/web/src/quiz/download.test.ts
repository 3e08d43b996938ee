import { expect, test } from "vitest";
import { fileName } from "./download";

test.each([
  ["Capitals & continents!", "capitals-continents"],
  ["../../etc/passwd", "etc-passwd"],
  ["首都クイズ", "首都クイズ"],
  ["???", "quiz"],
])("%s is saved as %s", (title, name) => {
  expect(fileName(title)).toBe(name);
});
