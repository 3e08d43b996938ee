import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { deflateSync } from "fflate";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Quiz } from "../wire/protocol";
import { fromQuiz, toQuiz } from "./draft";
import { fingerprint } from "./fingerprint";
import { LINK_CHARACTERS, linkTo, readLink } from "./link";

const PAGE = "http://quiz.example/host";
const SAMPLES = ["capitals", "every-kind", "history", "science"].map((name): Quiz =>
  JSON.parse(readFileSync(new URL(`../../public/quizzes/${name}.json`, import.meta.url), "utf8")),
);
const EVERY_KIND = SAMPLES[1]!;

/** A link to whatever JSON, as somebody may make it by hand. */
function madeOf(value: unknown, json = JSON.stringify(value)): string {
  const data = Buffer.from(deflateSync(new TextEncoder().encode(json))).toString("base64url");
  return `${PAGE}#quiz=1.${fingerprint(json)}.${data}`;
}

function refusal(link: string): string {
  try {
    readLink(link);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "none";
}

test.each(SAMPLES)("the sample “$title” fits into a link and comes back as it was", (sample) => {
  const quiz = toQuiz(fromQuiz(sample));
  const link = linkTo(quiz, PAGE)!;
  expect(link.length).toBeLessThan(LINK_CHARACTERS);
  expect(new URL(link).pathname).toBe("/host");
  expect(toQuiz(readLink(link).draft)).toEqual(quiz);
  expect(toQuiz(readLink(new URL(link).hash).draft)).toEqual(quiz);
});

test("a quiz with a picture from a file has no link", () => {
  const noise = randomBytes(9000).toString("base64");
  const [question] = EVERY_KIND.questions;
  const quiz = { title: "T", questions: [{ ...question!, image: `data:image/png;base64,${noise}` }] };
  expect(linkTo(quiz, PAGE)).toBeNull();
});

test("a link that was cut, or in which a letter changed, is damaged or still says the same, wherever that is", () => {
  const quiz = toQuiz(fromQuiz(EVERY_KIND));
  const link = linkTo(quiz, PAGE)!;
  const version = link.indexOf("=") + 1;
  let damaged = 0;
  const harmless = (changed: string) => {
    const code = refusal(changed);
    if (code === "none") expect(toQuiz(readLink(changed).draft)).toEqual(quiz);
    else expect(code).toBe(changed[version] === "7" ? "link_newer" : "link_damaged");
    damaged += Number(code !== "none");
  };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: link.length - 1 }), fc.constantFrom("A", "z", "_", "7"), (at, letter) => {
      harmless(link.slice(0, at));
      harmless(link.slice(0, at) + letter + link.slice(at + 1));
    }),
    { examples: [[version, "7"]] },
  );
  expect(damaged).toBeGreaterThan(150);
});

test.each([
  ["nothing", "#quiz="],
  ["words", "#quiz=hello"],
  ["no JSON", madeOf(0, "{")],
  ["a number", madeOf(7)],
  ["null", madeOf(null)],
  ["no title", madeOf({ questions: [{ kind: "slide", text: "" }] })],
  ["no questions", madeOf({ title: "T", questions: [] })],
  ["questions that are none", madeOf({ title: "T", questions: [null] })],
  ["a kind that is none", madeOf({ title: "T", questions: [{ kind: "__proto__", text: "" }] })],
  ["a time that is none", madeOf({ title: "T", questions: [{ kind: "single", text: "", time_limit_ms: {} }] })],
  ["an image that is none", madeOf({ title: "T", questions: [{ kind: "single", text: "", image: 7 }] })],
  ["201 questions", madeOf({ title: "T", questions: Array(201).fill({ kind: "slide", text: "x" }) })],
])("%s in a link is damaged", (_, link) => {
  expect(refusal(link)).toBe("link_damaged");
});

test("a link that unpacks to more than a quiz may have ends in a sentence", () => {
  expect(refusal(madeOf({ title: "x".repeat(3_000_000), questions: [] }))).toBe("link_damaged");
});

test("a link that is too long, or of a later version, is told apart", () => {
  expect(refusal(`${PAGE}#quiz=1.00000000.${"A".repeat(LINK_CHARACTERS + 1)}`)).toBe("link_long");
  expect(refusal(`${PAGE}#quiz=1.00000000.${"A".repeat(10 * LINK_CHARACTERS)}`)).toBe("link_long");
  expect(refusal(`${PAGE}#quiz=2.00000000.AAAA`)).toBe("link_newer");
});

test("a picture on another server is left out and told", () => {
  const question = { kind: "slide", text: "Look", image: "https://elsewhere.example/spy.png" };
  const { draft, pictures_left } = readLink(
    madeOf({ title: "T", questions: [{ ...question, image: null }, question] }),
  );
  expect(draft.questions.map(({ image }) => image)).toEqual([null, null]);
  expect(pictures_left).toEqual([1]);
});

test("what is only not right in it can be put right in the editor", () => {
  const { draft } = readLink(madeOf({ title: "", questions: [{ kind: "single", options: [null, { text: 5 }] }] }));
  expect(draft.questions[0]?.options.map(({ text }) => text)).toEqual(["", "5"]);
});
