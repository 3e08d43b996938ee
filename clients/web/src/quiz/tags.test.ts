import { expect, test } from "vitest";
import { fromQuiz } from "./draft";
import type { OwnQuiz } from "./library";
import { TAGS, found, readTags, tagsOf } from "./tags";

function own(id: string, title: string, tags: string[], text = "?"): OwnQuiz {
  const draft = fromQuiz({
    title,
    questions: [{ kind: "single", text, options: [{ text: "Köln" }, { text: "Ulm" }] }],
  });
  return { id, draft: { ...draft, tags }, edited_at: 0 };
}
const LIBRARY = [own("a", "Rivers", ["Year 8", "geography"]), own("b", "Cells", ["year 8"], "What is a nucleus?")];
const ids = (words: string, tag: string | null = null) => found(LIBRARY, words, tag).map(({ id }) => id);

test("tags are parted by commas of any script, each is kept once, and they are few and short", () => {
  expect(readTags(" year  8, Biology,biology , ,")).toEqual(["year 8", "Biology"]);
  expect(readTags("中2、生物")).toEqual(["中2", "生物"]);
  expect(readTags("أحياء، كيمياء")).toEqual(["أحياء", "كيمياء"]);
  expect(readTags("x".repeat(99))[0]).toHaveLength(30);
  expect(readTags(Array.from({ length: 99 }, (_, at) => String(at)).join(","))).toHaveLength(TAGS);
});

test("a quiz is found by all its words, whatever their capitals and accents", () => {
  expect(ids("")).toEqual(["a", "b"]);
  expect(ids("RIVERS")).toEqual(["a"]);
  expect(ids("nucleus year")).toEqual(["b"]);
  expect(ids("koln")).toEqual(["a", "b"]);
  expect(ids("rivers nucleus")).toEqual([]);
});

test("a tag and words hold together", () => {
  expect(ids("", "YEAR 8")).toEqual(["a", "b"]);
  expect(ids("cells", "Year 8")).toEqual(["b"]);
  expect(ids("", "history")).toEqual([]);
});

test("the tags of a library are listed once, in the order of the language", () => {
  expect(tagsOf(LIBRARY, "en")).toEqual(["geography", "Year 8"]);
});
