import { expect, test } from "vitest";
import { type Draft, newQuestion } from "./draft";
import { type Edit, edited } from "./edits";

const VERDICTS = ["True", "False"] as const;
const a = { ...newQuestion("single", VERDICTS), key: "a" };
const b = { ...newQuestion("poll", VERDICTS), key: "b" };
const draft: Draft = { title: "T", questions: [a, b] };
const keys = (after: Draft) => after.questions.map((question) => question.key);
const option = a.options[1]!.key;

test("what an edit does not touch stays the same object", () => {
  const after = edited(draft, { edit: "field", question: "a", change: { text: "Who?" } });
  expect(after.questions[0]?.text).toBe("Who?");
  expect(after.questions[1]).toBe(b);
  expect(a.text).toBe("");
});

test("questions are inserted, moved, duplicated and removed", () => {
  expect(edited(draft, { edit: "title", title: "New" })).toEqual({ ...draft, title: "New" });
  expect(keys(edited(draft, { edit: "insert", question: { ...a, key: "c" }, at: 1 }))).toEqual(["a", "c", "b"]);
  expect(keys(edited(draft, { edit: "move", question: "b", to: 0 }))).toEqual(["b", "a"]);
  expect(keys(edited(draft, { edit: "remove", question: "a" }))).toEqual(["b"]);
  const twice = edited(draft, { edit: "duplicate", question: "a" });
  expect(keys(twice)).toEqual(["a", expect.any(String), "b"]);
  expect(twice.questions[1]).toMatchObject({ kind: "single" });
});

test("options are written, marked, added and removed", () => {
  const first = (edit: Edit, before = draft) => edited(before, edit).questions[0]!.options;
  expect(first({ edit: "option", question: "a", option, text: "Rome" })[1]).toMatchObject({ text: "Rome" });
  expect(first({ edit: "mark", question: "a", option, correct: true }).map((one) => one.correct)).toEqual([
    false,
    true,
    false,
    false,
  ]);
  expect(first({ edit: "add-option", question: "a" })).toHaveLength(5);
  expect(first({ edit: "remove-option", question: "a", option })).toHaveLength(3);
});

test("there are never fewer than two options by a removal, nor more than ten by an addition", () => {
  const apply = (edit: Edit, times: number) =>
    Array.from({ length: times }).reduce<Draft>((now) => edited(now, edit), draft);
  expect(apply({ edit: "add-option", question: "a" }, 12).questions[0]?.options).toHaveLength(10);
  const removing = Array.from({ length: 9 }).reduce<Draft>(
    (now) => edited(now, { edit: "remove-option", question: "a", option: now.questions[0]!.options[0]!.key }),
    draft,
  );
  expect(removing.questions[0]?.options).toHaveLength(2);
});

test("an edit of a question that is gone does nothing", () => {
  expect(edited(draft, { edit: "remove", question: "z" })).toBe(draft);
});
