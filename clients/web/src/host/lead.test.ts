import { expect, test } from "vitest";
import "../i18n/testing";
import type { View } from "../game/reducer";
import { QUESTION, SESSION } from "../wire/fakes";
import type { Agenda, Question } from "../wire/protocol";
import type { Host } from "./host.svelte";
import { ask, canBeAsked, choose, fitting, letters, typed, yesOrNo } from "./lead";

const view = (change: Partial<View>): View => ({ ...SESSION, role: "host", players: new Map(), ...change });

/** A host whose server does what it is asked, or refuses it. */
function server(refuses = false) {
  const sent: object[] = [];
  const host = { ask: (command: object) => Promise.resolve((sent.push(command), refuses ? null : { type: "ok" })) };
  return { host: host as unknown as Host, sent };
}

test("one tap asks yes or no, or for a letter, and what was typed is the question", () => {
  expect(yesOrNo("")).toEqual({
    kind: "poll",
    text: "Yes or no?",
    options: [{ text: "Yes" }, { text: "No" }],
    time_limit_ms: null,
  });
  expect(letters(" Which picture? ")).toMatchObject({
    text: "Which picture?",
    options: [{ text: "A" }, { text: "B" }, { text: "C" }, { text: "D" }],
  });
});

test("a typed question with options is a poll, without any everybody writes, and with one it is not ready", () => {
  expect(typed("Lunch?", "Soup\n\n Salad ")).toMatchObject({ options: [{ text: "Soup" }, { text: "Salad" }] });
  expect(typed("Ideas?", " \n")).toMatchObject({ kind: "open", text: "Ideas?" });
  expect(canBeAsked(typed("Lunch?", "Soup"))).toBe(false);
  expect(canBeAsked(typed(" ", ""))).toBe(false);
  expect(canBeAsked(typed("Ideas?", ""))).toBe(true);
});

test.each([
  ["results are shown", view({ phase: "results", question: { ...QUESTION, index: 2 } }), { question: 2, open: true }],
  ["one is open", view({ phase: "question", question: QUESTION }), { question: 0, open: false }],
  ["a slide is shown", view({ phase: "question", question: { ...QUESTION, kind: "slide" } }), { open: true }],
  ["the quiz has not begun", view({ phase: "lobby", question: undefined }), { question: 0, open: true }],
])("a question is asked at once, or after the one that is open: %s", async (_, shown, expected) => {
  const { host, sent } = server();
  expect(await ask(host, shown, typed("Ideas?", ""))).toBe(true);
  expect(sent).toEqual([expect.objectContaining({ type: "ask_question", ...expected })]);
});

test("a refusal is no success", async () => {
  expect(await ask(server(true).host, view({ phase: "results", question: QUESTION }), yesOrNo(""))).toBe(false);
});

test("the host is told when a question goes without its picture", async () => {
  const shown = view({ phase: "results", question: QUESTION });
  const { host, sent } = server();
  await ask(host, shown, { ...yesOrNo(""), image: "/images/flags-1.svg" });
  expect(host.problem ?? "").toBe("");
  expect(await ask(host, shown, { ...yesOrNo(""), image: `data:image/png;base64,${"A".repeat(65_500)}` })).toBe(true);
  expect(sent.at(-1)).toMatchObject({ asked: { image: null } });
  expect(host.problem).toContain("without its picture");
});

test("a question of another quiz goes without a picture that no message has room for", () => {
  const small: Question = { ...yesOrNo(""), image: "/images/flags-1.svg", image_alt: "A flag" };
  expect(fitting(small)).toEqual(small);
  expect(fitting({ ...small, image: `data:image/png;base64,${"A".repeat(65_500)}` })).toMatchObject({
    image: null,
    image_alt: null,
  });
});

test("a choice says how long its list is, and which question it follows", async () => {
  const { host, sent } = server();
  const agenda: Agenda = { type: "agenda", question: -1, questions: [{ index: 0, kind: "single", text: "?" }] };
  expect(await choose(host, agenda, 0)).toBe(true);
  expect(sent).toEqual([{ type: "choose_question", choice: 0, total: 1, question: 0 }]);
});
