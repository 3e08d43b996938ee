import { expect, test } from "vitest";
import { gameFileName } from "./names";

test("a file is named by day, title and code", () => {
  const ended_at = new Date(2026, 10, 9, 23, 59).getTime();
  expect(gameFileName({ ended_at, title: "Cities & Rivers", code: "012345" }, ".xlsx")).toBe(
    "2026-11-09-cities-rivers-012345.xlsx",
  );
});
