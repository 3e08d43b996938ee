import { beforeEach, expect, test, vi } from "vitest";
import { keepReceipt, receiptsOf } from "./receipts";

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

test("receipts are kept by question", () => {
  keepReceipt("ann", 0, "aa");
  keepReceipt("ann", 2, "cc");
  expect(receiptsOf("ann")).toEqual({ 0: "aa", 2: "cc" });
});

test("another game's receipts take their place", () => {
  keepReceipt("ann", 0, "aa");
  keepReceipt("ann again", 0, "bb");
  expect(receiptsOf("ann")).toEqual({});
  expect(receiptsOf("ann again")).toEqual({ 0: "bb" });
});
