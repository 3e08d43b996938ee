import { expect, test } from "vitest";
import { inserted, moved, replaced, without } from "./lists";

const LIST = ["a", "b", "c"] as const;

test.each([
  [0, 2, "bca"],
  [2, 0, "cab"],
  [1, 1, "abc"],
  [0, 9, "bca"],
  [2, -1, "cab"],
])("moving %i to %i gives %s", (from, to, order) => {
  expect(moved(LIST, from, to).join("")).toBe(order);
});

test("one item is replaced, inserted or left out, and the list itself stays", () => {
  expect(replaced<string>(LIST, 1, "x").join("")).toBe("axc");
  expect(inserted<string>(LIST, 1, "x").join("")).toBe("axbc");
  expect(inserted<string>(LIST, 3, "x").join("")).toBe("abcx");
  expect(without(LIST, 0).join("")).toBe("bc");
  expect(LIST.join("")).toBe("abc");
});
