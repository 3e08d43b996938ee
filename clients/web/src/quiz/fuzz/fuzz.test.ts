import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { importQuiz } from "../import";
import { FILE_BYTES, ROWS } from "../import/limits";
import { told } from "../import/testing";
import { mutated, random, SAMPLES } from "./mutate";

test("broken files end in a report, never in an exception", () => {
  const below = random(7);
  for (let index = 0; index < 400; index++) {
    const { report } = importQuiz(mutated(below));
    expect(report.length).toBeGreaterThan(0);
    expect(report.map(({ code }) => code)).not.toContain("failed");
  }
}, 60_000);

test("every sample is read as it stands", () => {
  for (const bytes of SAMPLES) expect(importQuiz(bytes).quizzes.length).toBeGreaterThan(0);
});

describe("limits end in a sentence", () => {
  test("a file that is too large", () => {
    expect(told(importQuiz(new Uint8Array(FILE_BYTES + 1))).said).toEqual(["file: too_large"]);
  });

  test("a package that unpacks to more than 50 MB", () => {
    const bomb = zipSync({ "xl/workbook.xml": new Uint8Array(60 * 1024 * 1024) });
    expect(bomb.length).toBeLessThan(100_000);
    expect(told(importQuiz(bomb)).said).toEqual(["file: unpacks_too_large"]);
  }, 60_000);

  test("a table of more than 5,000 rows is read as far as that", () => {
    const text = `Question,Answer 1,Answer 2,Correct\n${"a?,x,y,1\n".repeat(ROWS + 10)}`;
    const { lines, said } = told(importQuiz(new TextEncoder().encode(text)));
    expect(lines).toHaveLength(ROWS - 1);
    expect(said).toEqual(["file: too_many_rows"]);
  }, 30_000);

  test("a file that takes longer than two seconds", () => {
    let time = 0;
    const { said } = told(
      importQuiz(new TextEncoder().encode("1. a?\n*a) x\nb) y\n".repeat(100)), { now: () => (time += 100) }),
    );
    expect(said).toEqual(["file: too_slow"]);
  });

  test.each([
    ["an old Excel file", [0xd0, 0xcf, 0x11, 0xe0], "old_excel"],
    ["a PDF", [0x25, 0x50, 0x44, 0x46, 0x2d], "pdf"],
    ["a picture", [0x89, 0x50, 0x4e, 0x47], "picture"],
    ["a cut-off package", [0x50, 0x4b, 3, 4, 0], "broken_package"],
    ["an empty file", [], "empty"],
    ["prose", [...new TextEncoder().encode("Dear all,\nsee you tomorrow.\n")], "unknown"],
  ])("%s", (_, bytes, code) => {
    expect(told(importQuiz(Uint8Array.from(bytes))).said).toEqual([`file: ${code}`]);
  });
});
