import { expect, test } from "vitest";
import { sliderOf } from "./slider";

const slider = (min: string, max: string, step: string) => sliderOf({ min, max, step })!;

test("each position is an exact decimal", () => {
  const tenths = slider("-0.2", "0.3", "0.1");
  expect(tenths.steps).toBe(5);
  expect([0, 1, 2, 3, 4, 5].map(tenths.value)).toEqual(["-0.2", "-0.1", "0", "0.1", "0.2", "0.3"]);
  expect(tenths.stepOf("0.3")).toBe(5);
});

test("the last position is at or below the maximum", () => {
  expect(slider("0", "10", "4").steps).toBe(2);
  expect(slider("1900", "2000", "1").value(26)).toBe("1926");
});

test("without min, max and step the number is typed", () => {
  expect(sliderOf({ min: null, max: null, step: null })).toBeNull();
});
