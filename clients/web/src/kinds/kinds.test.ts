import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { KINDS } from "../quiz/limits";
import { editOf } from "./edit";
import { hostViewsOf } from "./host";
import { playOf } from "./play";
import { playerViewsOf } from "./player";

const SOURCE = new URL("..", import.meta.url);

test.each(KINDS)("%s can be chosen, answered, shown and written", (kind) => {
  expect(playerViewsOf(kind).Choose).toBeTypeOf("function");
  expect(playerViewsOf(kind).Solution).toBeTypeOf("function");
  expect(hostViewsOf(kind).Options).toBeTypeOf("function");
  expect(hostViewsOf(kind).RemoteResults).toBeTypeOf("function");
  expect(editOf(kind).marks === "none").toBe(!playOf(kind).judged);
  expect(editOf(kind).marks === "some").toBe(playOf(kind).several);
});

test("an answer is one index, or a list where several can be right", () => {
  expect(playOf("single").answer([2])).toBe(2);
  expect(playOf("poll").answer([0])).toBe(0);
  expect(playOf("multiple").answer([0, 2])).toEqual([0, 2]);
});

test("nothing outside this folder asks which kind a question is, but for files of other programs", () => {
  const asking = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
    .filter(
      (path) =>
        /\.(svelte|ts)$/.test(path) && !path.includes(".test.") && !/^(kinds|quiz\/(import|export))\//.test(path),
    )
    .filter((path) =>
      /kind\s*[!=]==?\s*"|case "(single|multiple|true_false|poll)"/.test(readFileSync(new URL(path, SOURCE), "utf8")),
    );
  expect(asking).toEqual([]);
});
