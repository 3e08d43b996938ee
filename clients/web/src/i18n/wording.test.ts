import { expect, test } from "vitest";
import { t } from "./i18n.svelte";
import { Refused } from "../wire/socket";
import { ordinal, refusalText, spacedCode } from "./wording";

test("ordinals read as people say them", () => {
  expect([1, 2, 3, 4, 11, 12, 21, 102, 1003].map(ordinal)).toEqual([
    "1st",
    "2nd",
    "3rd",
    "4th",
    "11th",
    "12th",
    "21st",
    "102nd",
    "1,003rd",
  ]);
});

test("counts agree with their noun", () => {
  expect([1, 2, 1200].map((n) => t("count.players", { n }))).toEqual(["1 player", "2 players", "1,200 players"]);
});

test("a code is read out in two halves", () => {
  expect(spacedCode("123456")).toBe("123 456");
});

test("a refusal without words of our own is told in the server's", () => {
  expect(refusalText(new Refused({ code: "wrong_phase", message: "not now" }))).toBe("not now");
  expect(refusalText(new Refused({ code: "name_taken", message: "taken" }))).toContain("this name");
});

test("who has to wait for long is told how long", () => {
  const refused = (retry_after_ms: number) => new Refused({ code: "rate_limited", message: "wait", retry_after_ms });
  expect(refusalText(refused(9_100))).toContain("10 seconds");
  expect(refusalText(refused(100))).toContain("a moment");
});
