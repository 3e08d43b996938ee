import { expect, test } from "vitest";
import { MAX_NAME, codeFrom, otherName, isAboutName } from "./entry";

test.each([
  ["123456", "123456"],
  [" 123 456 ", "123456"],
  ["12a3", "123"],
  ["1234567", "123456"],
  ["１２３４５６", "123456"],
  ["١٢٣ ٤٥٦", "123456"],
  ["۱۲۳۴۵۶", "123456"],
  ["१२३४५६", "123456"],
  ["９０-９８７６", "909876"],
  ["http://192.168.0.7:8000/join/123456", "123456"],
])("%j is the code %s", (typed, code) => {
  expect(codeFrom(typed)).toBe(code);
});

test.each([
  ["Ada", "Ada 2"],
  ["Ada 2", "Ada 3"],
  ["Ada 9", "Ada 10"],
])("where %s is taken, %s is offered", (taken, other) => {
  expect(otherName(taken)).toBe(other);
});

test("what is offered is never too long", () => {
  expect(otherName("x".repeat(MAX_NAME))).toHaveLength(MAX_NAME);
});

test("what is said about a name is told apart from what is said about the game", () => {
  expect([isAboutName("name_taken"), isAboutName("name_invalid"), isAboutName("session_locked")]).toEqual([
    true,
    true,
    false,
  ]);
});
