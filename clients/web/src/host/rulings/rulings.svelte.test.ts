import { readFileSync, readdirSync } from "node:fs";
import { expect, test, vi } from "vitest";
import type { AnyServerMessage, QuestionSummary, Ruling } from "../../wire/protocol";
import type { Session } from "../../game/session.svelte";
import { Refused } from "../../wire/socket";
import { Rulings, sharesFor } from "./rulings.svelte";

const summary = (change: Partial<QuestionSummary>): QuestionSummary => ({
  index: 0,
  kind: "text",
  text: "Capital of Australia?",
  options: [],
  correct: [],
  counts: [],
  answered: 3,
  total: 3,
  points: 1000,
  time_limit_ms: 10_000,
  solution: { accepted: [{ text: "Canberra", share: 100 }] },
  tally: null,
  ...change,
});
const POLL = summary({ index: 1, kind: "poll", solution: null });
const SINGLE = summary({ index: 2, kind: "single", options: ["Nairobi", "Mombasa"], correct: [0], counts: [1, 2] });

type Sent = { type: string; offset?: number; preview?: boolean; ruling?: Ruling };

/** A dialog of rulings, with what it has sent; a server answers as `answers` says. */
function opened(question: number | null, draft: ConstructorParameters<typeof Rulings>[2] = null) {
  const sent: Sent[] = [];
  const answers: Record<string, () => object> = {
    get_results: () => ({ type: "results", questions: [summary({}), POLL, SINGLE], players: [] }),
    get_answers: () => ({ type: "answers", question: 0, answers: [], next_offset: 200 }),
    rule: () => ({ type: "ruled", number: null, before: [], after: [], moved: 2 }),
    undo_ruling: () => ({ type: "ok" }),
  };
  const send = (command: Sent) => {
    sent.push(command);
    return Promise.resolve().then(() => answers[command.type]!() as AnyServerMessage);
  };
  const close = vi.fn();
  const rulings = new Rulings({ send } as unknown as Session, question, draft, close);
  const types = () => sent.map(({ type, preview }) => (preview ? `${type} preview` : type));
  return { rulings, sent, answers, close, types, done: () => vi.waitFor(() => expect(rulings.busy).toBe(false)) };
}

test("it begins with the question that is shown, and pages through all that was written to it", async () => {
  const { rulings, sent, done } = opened(0);
  await done();
  await vi.waitFor(() => expect(rulings.answers).not.toBeNull());
  expect(rulings.questions?.map(({ index }) => index)).toEqual([0, 2]);
  expect(rulings.question?.index).toBe(0);
  await rulings.turn(rulings.answers!.next_offset!);
  expect(sent).toEqual([
    { type: "get_results", offset: 20_000 },
    { type: "get_answers", question: 0, offset: 0 },
    { type: "get_answers", question: 0, offset: 200 },
  ]);
});

test("after the end it begins with the last question in which something is right", async () => {
  const { rulings, types } = opened(null);
  await vi.waitFor(() => expect(rulings.questions).not.toBeNull());
  expect(rulings.question?.index).toBe(0);
  await rulings.choose(2);
  expect(types().filter((type) => type === "get_answers")).toHaveLength(1);
});

test("a ruling is previewed before it is made, and two taps are enough", async () => {
  const draft = { question: 2, ruling: { accept: 1, share: 100 }, share: 0 };
  const { rulings, types, close, done } = opened(2, draft);
  await done();
  expect(rulings.preview?.moved).toBe(2);
  expect(close).not.toHaveBeenCalled();
  await rulings.apply();
  expect(types()).toEqual(["rule preview", "rule"]);
  expect(close).toHaveBeenCalledOnce();
});

test("another share is previewed again, and only the last preview is shown", async () => {
  const { rulings, sent, answers, done } = opened(0, { question: 0, ruling: { accept: "Sydney", share: 100 } });
  let moved = 0;
  answers.rule = () => ({ type: "ruled", number: null, before: [], after: [], moved: moved++ });
  await rulings.propose({ question: 0, ruling: { accept: "Sydney", share: 50 } });
  await done();
  expect(sent.map(({ ruling }) => ruling?.share)).toEqual([100, 50]);
  expect(rulings.preview?.moved).toBe(1);
});

test("what is refused is said, and can be tried again", async () => {
  const { rulings, answers, close, done } = opened(0, { question: 0, ruling: { accept: "Sydney", share: 100 } });
  await done();
  answers.rule = () => {
    throw new Refused({ code: "wrong_phase", message: "A ruling is possible while results are shown." });
  };
  await rulings.apply();
  expect(rulings.problem).toBe("A ruling is possible while results are shown.");
  expect(close).not.toHaveBeenCalled();
  await rulings.back();
  expect(rulings.problem).toBe("");
});

test("a ruling is undone from the list, which then is a new one", async () => {
  const { rulings, types } = opened(2);
  await vi.waitFor(() => expect(rulings.questions).not.toBeNull());
  await rulings.undo(1);
  expect(types()).toEqual(["get_results", "undo_ruling", "get_results"]);
});

test.each([
  ["single", 0, [100, 50]],
  ["single", 100, [0, 50]],
  ["text", 50, [0, 100]],
  ["multiple", 0, [100]],
] as const)("an answer to a %s question that earns %i may earn %j instead", (kind, share, others) => {
  expect(sharesFor(kind, share)).toEqual(others);
});

test("that a key may be wrong is shown by the remote alone", () => {
  const showing = (folder: string) =>
    readdirSync(`src/host/${folder}`).filter((file) =>
      /KeyDoubt|doubt/.test(readFileSync(`src/host/${folder}/${file}`, "utf8")),
    );
  expect(showing("remote")).toEqual(["RemoteQuestion.svelte"]);
  for (const projected of ["stage", "dialogs", "parts", "results"]) expect(showing(projected)).toEqual([]);
});
