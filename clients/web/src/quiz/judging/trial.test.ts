import { expect, test } from "vitest";
import type { Question } from "../../wire/protocol";
import { fromQuiz } from "../draft";
import { tried } from "./trial";

const trial = (question: Question, answer: string) =>
  tried(fromQuiz({ title: "T", questions: [question] }).questions[0]!, answer);
const text = (answer: string, change: object = {}) =>
  trial({ kind: "text", text: "?", accepted: ["Canberra", { text: "ACT", share: 50 }], ...change }, answer);
const nile = (answer: string, change: object = {}) =>
  trial({ kind: "number", text: "?", value: "6650", tolerance: "100", unit: "km", ...change }, answer);

test("a typed text counts as the server would count it, with the switches of its question", () => {
  expect(text("canbera")).toEqual({ says: "share", share: 100 });
  expect(text("act")).toEqual({ says: "share", share: 50 });
  expect(text("Sydney")).toEqual({ says: "share", share: 0 });
  expect(text("canbera", { typos: "none" })).toEqual({ says: "share", share: 0 });
  expect(text("canberra", { exact_case: true, typos: "none" })).toEqual({ says: "share", share: 0 });
  expect(text("Canberra", { accepted: [] })).toEqual({ says: "unwritten" });
});

test("a typed number is read as on a player's page", () => {
  expect(nile("6700 km")).toEqual({ says: "share", share: 100 });
  expect(nile("6 751")).toEqual({ says: "share", share: 0 });
  expect(nile("6.650")).toEqual({ says: "which" });
  expect(nile("long")).toEqual({ says: "none" });
  expect(nile("6600", { scoring: "closest" })).toEqual({ says: "closest" });
  expect(nile("6650", { scoring: "closest" })).toEqual({ says: "share", share: 100 });
  expect(nile("9000", { min: "0", max: "8000", step: "10" })).toEqual({ says: "outside" });
});
