import { expect, test } from "vitest";
import { indexesIn } from "./answers";

test("an answer is an index, a list of them, a text, or none", () => {
  expect(indexesIn(2)).toEqual([2]);
  expect(indexesIn([3, 0])).toEqual([3, 0]);
  expect(indexesIn(["a", 1])).toEqual([1]);
  expect(indexesIn("Lima")).toEqual([]);
  expect(indexesIn(null)).toEqual([]);
});
