import { expect, test } from "vitest";
import type { Log } from "../wire/protocol";
import { Refused } from "../wire/socket";
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

test("a log of more pages than the server takes commands in a row is waited for", async () => {
  let asked = 0;
  const text = await fetchLog((cursor) => {
    if (++asked === 2) return Promise.reject(new Refused({ code: "rate_limited", message: "", retry_after_ms: 1 }));
    return Promise.resolve({ type: "log", text: cursor || "a", next_cursor: cursor ? null : "b" });
  });
  expect([text, asked]).toEqual(["ab", 3]);
});
