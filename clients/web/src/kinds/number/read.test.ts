import { expect, test } from "vitest";
import { readNumber, shownNumber } from "./read";

test.each([
  ["1234", "1234"],
  ["1,234.5", "1234.5"],
  ["1.234,5", "1234.5"],
  ["1 234.5", "1234.5"],
  ["1\u202f234,5", "1234.5"],
  ["1'234'567", "1234567"],
  ["1.234.567", "1234567"],
  ["−3", "-3"],
  ["–3,50", "-3.5"],
  ["½", "0.5"],
  ["2½", "2.5"],
  [".5", "0.5"],
  ["007", "7"],
  ["0.234", "0.234"],
  ["1234.567", "1234.567"],
  ["١٢٣", "123"],
  ["１２．５", null],
  ["३", "3"],
  ["12 km", "12"],
  ["12KM", "12"],
  ["12345678901234567890", "12345678901234567890"],
])("%j is %j", (typed, value) => {
  expect(readNumber(typed, "km")).toEqual({ value });
});

test.each([
  ["1.234", "1.234", "1234"],
  ["1,234", "1.234", "1234"],
  ["-12.500", "-12.5", "-12500"],
])("%j could be %j or %j", (typed, value, other) => {
  expect(readNumber(typed)).toEqual({ value, other });
});

test.each(["", "twelve", "1.2.3", "1,2,3", "1.23.456", "1,234.5.6", "--3", "1e5", "123456789012345678901", "∞"])(
  "%j is no number",
  (typed) => {
    expect(readNumber(typed)).toEqual({ value: null });
  },
);

test("a number is shown as the language writes it, with all its digits", () => {
  expect(shownNumber("1234567.890", "de")).toBe("1.234.567,890");
  expect(shownNumber("-3", "en")).toBe("-3");
  expect(shownNumber("0.1000000000000000000", "en")).toBe("0.1000000000000000000");
  expect(shownNumber("-0.5", "fr")).toBe("-0,5");
});
