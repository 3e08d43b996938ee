import { expect, test } from "vitest";
import type { AnswerGroup, Answers } from "../wire/protocol";
import type { Host } from "./host.svelte";
import { Written } from "./written.svelte";

const group = (text: string, shown = false): AnswerGroup => ({ text, count: 1, share: null, player_ids: [], shown });

/** A host whose server has these texts, two on a page. */
function server(texts: string[]) {
  const sent: { type: string; text?: string; into?: string | null }[] = [];
  const shown = new Set<string>();
  const ask = (command: { type: string; offset?: number; text?: string; shown?: boolean }) => {
    sent.push(command);
    if (command.type === "show_answer") shown[command.shown ? "add" : "delete"](command.text!);
    if (command.type !== "get_answers") return Promise.resolve({ type: "ok" });
    const { offset = 0 } = command;
    const answers = texts.slice(offset, offset + 2).map((text) => group(text, shown.has(text)));
    const next_offset = offset + 2 < texts.length ? offset + 2 : null;
    return Promise.resolve({ type: "answers", question: 0, answers, next_offset } satisfies Answers);
  };
  return { written: new Written({ ask } as unknown as Host, 0), sent, texts };
}

test("pages come one after the other, and a change keeps those that were fetched", async () => {
  const { written } = server(["a", "b", "c", "d", "e"]);
  await written.load();
  expect(written.groups.map(({ text }) => text)).toEqual(["a", "b"]);
  await written.more();
  await written.show("c", true);
  expect(written.groups.map(({ text, shown }) => [text, shown])).toEqual([
    ["a", false],
    ["b", false],
    ["c", true],
    ["d", false],
  ]);
  expect([written.shown, written.next]).toEqual([1, 4]);
  await written.more();
  await written.more();
  expect([written.groups.length, written.next]).toEqual([5, null]);
});

test("a text that has moved to the next page is listed once", async () => {
  const { written, texts } = server(["a", "b", "c"]);
  await written.load();
  texts.unshift("new");
  await written.more();
  expect(written.groups.map(({ text }) => text)).toEqual(["a", "b", "c"]);
});

test("merging names both texts, and ends the choice", async () => {
  const { written, sent } = server(["a", "b"]);
  await written.load();
  written.merging = "a";
  await written.merge("a", "b");
  expect(written.merging).toBeNull();
  expect(sent).toContainEqual({ type: "merge_answers", question: 0, text: "a", into: "b" });
});
