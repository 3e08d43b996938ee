import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { KINDS } from "../quiz/limits";
import { QUESTION } from "../wire/fakes";
import { editOf } from "./edit";
import { hostViewsOf } from "./host";
import { playOf } from "./play";
import { playerViewsOf } from "./player";

const SOURCE = new URL("..", import.meta.url);

test.each(KINDS)("%s can be chosen, answered and shown", async (kind) => {
  const views = await playerViewsOf(kind);
  expect(views.Choose).toBeTypeOf("function");
  expect(views.Solution).toBeTypeOf("function");
  expect(hostViewsOf(kind).Options).toBeTypeOf("function");
  expect(hostViewsOf(kind).RemoteResults).toBeTypeOf("function");
});

test.each(KINDS)("%s is written as it is played", (kind) => {
  const { marks, optioned, judged, asked } = editOf(kind);
  expect({ judged, asked }).toEqual({ judged: playOf(kind).judged, asked: playOf(kind).asked });
  expect(marks !== "none").toBe(judged && optioned);
  if (marks !== "none") expect(marks === "some").toBe(playOf(kind).most(QUESTION) !== 1);
});

test("a poll may let several be chosen, and sends them as a list", () => {
  const { most, answer } = playOf("poll");
  expect(most({ ...QUESTION, kind: "poll" })).toBe(1);
  expect(most({ ...QUESTION, kind: "poll", max_choices: 3 })).toBe(3);
  expect(answer([1, 2])).toEqual([1, 2]);
});

test("an answer is one index, or a list where several can be right", () => {
  expect(playOf("single").answer([2])).toBe(2);
  expect(playOf("poll").answer([0])).toBe(0);
  expect(playOf("multiple").answer([0, 2])).toEqual([0, 2]);
});

test("nothing outside this folder asks which kind a question is, but for files of other programs and paper", () => {
  const asking = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
    .filter(
      (path) =>
        /\.(svelte|ts)$/.test(path) &&
        !path.includes(".test.") &&
        !/^(kinds|quiz\/(import|export)|files\/print)\//.test(path),
    )
    .filter((path) =>
      /kind\s*[!=]==?\s*"|case "(single|multiple|true_false|poll)"/.test(readFileSync(new URL(path, SOURCE), "utf8")),
    );
  expect(asking).toEqual([]);
});
