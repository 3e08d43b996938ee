import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { emptyDraft } from "../../quiz/draft";
import type { OwnQuiz } from "../../quiz/library";
import { type Disk, type QuizShelf, inStep } from "./sync";

/** A folder as two computers see it, and a browser on each. */
class Folder implements Disk {
  readonly kept = new Map<string, string>();
  readonly gone = new Map<string, string>();
  files = () => Promise.resolve(new Map(this.kept));
  write = (name: string, text: string) => Promise.resolve(void this.kept.set(name, text));
  aside = () => Promise.resolve(new Set(this.gone.keys()));
  setAside = (name: string, as: string) => {
    this.gone.set(as, this.kept.get(name)!);
    this.kept.delete(name);
    return Promise.resolve();
  };
}

class Browser implements QuizShelf {
  readonly kept = new Map<string, OwnQuiz>();
  base = new Map<string, string>();
  ownQuizzes = () => Promise.resolve([...this.kept.values()]);
  keep = (own: OwnQuiz) => Promise.resolve(void this.kept.set(own.id, own));
  forget = (id: string) => Promise.resolve(void this.kept.delete(id));
  keepEdits = (own: OwnQuiz, since: number) => {
    if (this.kept.get(own.id)?.edited_at !== since) return Promise.resolve("newer" as const);
    this.kept.set(own.id, own);
    return Promise.resolve("kept" as const);
  };
}

let folder: Folder;
let home: Browser;
let school: Browser;
let clock: number;
let ids: number;

beforeEach(() => {
  [folder, home, school, clock, ids] = [new Folder(), new Browser(), new Browser(), 0, 0];
});

/** A question is a text that grows with each edit: a version that begins with another one was made from it. */
function write(browser: Browser, id: string, more: string): string {
  const draft = browser.kept.get(id)?.draft ?? { ...emptyDraft(), title: id };
  const text = draft.questions[0]!.text + more;
  browser.kept.set(id, { id, draft: { ...draft, questions: [{ ...draft.questions[0]!, text }] }, edited_at: ++clock });
  return text;
}

async function step(browser: Browser) {
  const done = await inStep(folder, browser, browser.base, {
    newId: () => `copy-${++ids}`,
    copyTitle: ({ draft }) => `${draft.title} (version)`,
    fileName: ({ id }) => `${id}.quickpoll.json`,
  });
  browser.base = done.base;
  return done;
}

const texts = (browser: Browser) => [...browser.kept.values()].map(({ draft }) => draft.questions[0]!.text).sort();

test("what is written in one place is there in the other, and so is what is edited there", async () => {
  write(home, "a", "1");
  await step(home);
  await step(school);
  expect(texts(school)).toEqual(["1"]);
  write(school, "a", "2");
  await step(school);
  await step(home);
  expect(texts(home)).toEqual(["12"]);
  expect(folder.kept.size).toBe(1);
});

test("of two versions the newer stays, and the older is a quiz beside it, in both places", async () => {
  write(home, "a", "1");
  await step(home);
  await step(school);
  write(home, "a", "h");
  write(school, "a", "s");
  await step(school);
  expect((await step(home)).both).toBe(1);
  await step(school);
  expect(texts(home)).toEqual(["1h", "1s"]);
  expect(texts(school)).toEqual(["1h", "1s"]);
  expect(home.kept.get("a")?.draft.questions[0]?.text).toBe("1s");
});

test("what is deleted in one place goes in the other, unless it was edited there", async () => {
  write(home, "a", "1");
  write(home, "b", "1");
  await step(home);
  await step(school);
  await home.forget("a");
  await home.forget("b");
  write(school, "b", "2");
  await step(home);
  expect(folder.gone.size).toBe(2);
  await step(school);
  await step(home);
  expect(texts(school)).toEqual(["12"]);
  expect(texts(home)).toEqual(["12"]);
});

test("a file that is only missing is written again", async () => {
  write(home, "a", "1");
  await step(home);
  folder.kept.clear();
  await step(home);
  expect(texts(home)).toEqual(["1"]);
  expect(folder.kept.size).toBe(1);
});

test("a copy that a drive has made of a file becomes a quiz beside the other", async () => {
  write(home, "a", "1");
  await step(home);
  const [name] = folder.kept.keys();
  folder.kept.set("a (1).quickpoll.json", folder.kept.get(name!)!.replace('"text":"1"', '"text":"x"'));
  await step(home);
  expect(texts(home)).toEqual(["1", "x"]);
  expect(folder.kept.has("a (1).quickpoll.json")).toBe(false);
});

test("files that are no quizzes stay as they are and are counted; what is blank is not written", async () => {
  folder.kept.set("notes.quickpoll.json", "{");
  home.kept.set("new", { id: "new", draft: emptyDraft(), edited_at: 1 });
  expect((await step(home)).unread).toBe(1);
  expect([...folder.kept]).toEqual([["notes.quickpoll.json", "{"]]);
});

test("whatever is done on two computers, no version is lost, and both end with the same", async () => {
  const action = fc.record({
    at_home: fc.boolean(),
    what: fc.constantFrom("write", "write", "step", "step", "delete"),
    quiz: fc.constantFrom("a", "b"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      [folder, home, school, clock, ids] = [new Folder(), new Browser(), new Browser(), 0, 0];
      const written = new Set<string>();
      for (const [at, { at_home, what, quiz }] of actions.entries()) {
        const browser = at_home ? home : school;
        // An id is never given twice.
        const id = [...browser.kept.keys()].find((one) => one.startsWith(quiz)) ?? `${quiz}-${at}`;
        if (what === "write") written.add(write(browser, id, String.fromCodePoint(0x4e00 + at)));
        else await step(browser);
        // Deleted once it is in the folder: what somebody deletes before that is theirs to lose.
        if (what === "delete") await browser.forget(id);
      }
      for (const browser of [home, school, home, school]) await step(browser);
      const files = [...folder.kept.values(), ...folder.gone.values()].join("\n");
      const lost = [...written].filter((text) => !files.includes(`"text":"${text}`));
      expect(lost).toEqual([]);
      expect(texts(home)).toEqual(texts(school));
    }),
    { numRuns: 300 },
  );
});
