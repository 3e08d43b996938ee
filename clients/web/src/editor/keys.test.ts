import { expect, test } from "vitest";
import { stepOf } from "./keys";

const pressed = (key: string, change: Partial<Parameters<typeof stepOf>[0]> = {}) =>
  stepOf({ key, code: "", ctrlKey: true, metaKey: false, altKey: false, shiftKey: false, target: null, ...change });

test("Ctrl or ⌘ with Z undoes; with Shift, or with Y, it is done again", () => {
  expect(pressed("z")).toBe("undo");
  expect(pressed("z", { ctrlKey: false, metaKey: true })).toBe("undo");
  expect(pressed("Z", { shiftKey: true })).toBe("redo");
  expect(pressed("y")).toBe("redo");
});

test("a German keyboard has Z where the American one has Y; a Russian one has neither", () => {
  expect(pressed("z", { code: "KeyY" })).toBe("undo");
  expect(pressed("я", { code: "KeyZ" })).toBe("undo");
});

test("nothing else does", () => {
  expect(pressed("z", { ctrlKey: false })).toBeNull();
  expect(pressed("z", { altKey: true })).toBeNull();
  expect(pressed("x")).toBeNull();
  expect(pressed("z", { target: { closest: () => ({}) } as never })).toBeNull();
});
