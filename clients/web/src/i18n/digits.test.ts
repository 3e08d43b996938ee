import { expect, test } from "vitest";
import { latinDigits, latinNumber } from "./digits";

test.each([
  ["1234567890", "1234567890"],
  ["１２３４５６７８９０", "1234567890"],
  ["١٢٣٤٥٦٧٨٩٠", "1234567890"],
  ["۱۲۳۴۵۶۷۸۹۰", "1234567890"],
  ["१२३४५६७८९०", "1234567890"],
  ["Year ７", "Year 7"],
])("%s is read as %s", (typed, read) => {
  expect(latinDigits(typed)).toBe(read);
});

test.each([
  ["−１２٫５", "-12.5"],
  ["–3，5", "-3,5"],
])("%s is read as the number %s", (typed, read) => {
  expect(latinNumber(typed)).toBe(read);
});
