import { expect, test } from "vitest";
import { read } from "../testing";

test("Aiken: questions over several lines, both marks, several letters", () => {
  const { lines, said } = read(`What is
2 + 2?
A. 3
B. 4
ANSWER: B

Which are vowels?
  A) a
  B) b
  C)e
ANSWER: A, C
Next without a gap?
A) one
B) two
ANSWER: A`);
  expect(lines).toEqual([
    "single: What is\n2 + 2? [3 | *4]",
    "multiple: Which are vowels? [*a | b | *e]",
    "single: Next without a gap? [*one | two]",
  ]);
  expect(said).toEqual([]);
});

test("Aiken: what is no whole question is named with its line", () => {
  const { lines, said } = read(`Too few
A) only
ANSWER: A

A) without a question
ANSWER: A

Never answered
A) x
B) y

Wrong letter
A) x
B) y
ANSWER: D

Good
A) x
B) y
ANSWER: A

ANSWER: A`);
  expect(lines).toEqual(["single: Good [*x | y]"]);
  expect(said).toEqual([
    "line 1: one_option “Too few”",
    "line 5: answer_without_question “without a question”",
    "line 8: no_answer_line “Never answered”",
    "line 12: letters “Wrong letter”",
    "line 22: answer_without_question “A”",
  ]);
});

test("Aiken: small letters are options unless capitals follow, and an explanation below is kept", () => {
  const { lines, said, questions } = read(
    "Small?\na) one\nb) two\nAnswer: b\nExplanation: Two it is.\n\nWhich are right?\na) this\nb) that\nA) only a\nB) both\nANSWER: B\n",
  );
  expect(lines).toEqual(["single: Small? [one | *two]", "single: Which are right?\na) this\nb) that [only a | *both]"]);
  expect(said).toEqual([]);
  expect(questions[0]?.explanation).toBe("Two it is.");
});
