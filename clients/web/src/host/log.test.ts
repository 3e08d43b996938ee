import { expect, test } from "vitest";
import type { Log } from "../wire/protocol";
import { fetchLog } from "./log";

test("all pages are asked for, and are one text", async () => {
  const pages: Log[] = [
    { type: "log", text: "one\n", next_cursor: "1:aa" },
    { type: "log", text: "two\nend\n", next_cursor: null },
  ];
  const asked: string[] = [];
  const text = await fetchLog((cursor) => {
    asked.push(cursor);
    return Promise.resolve(pages[asked.length - 1]!);
  });
  expect(asked).toEqual(["", "1:aa"]);
  expect(text).toBe("one\ntwo\nend\n");
});
