import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as limits from "./limits";

const { $defs } = JSON.parse(readFileSync("../../docs/protocol.schema.json", "utf8"));
const { title, questions } = $defs.Quiz.properties;
/** The question of each kind, by its struct. */
const kinds = $defs.Quiz.properties.questions.items.discriminator.mapping as Record<string, string>;
const structs = limits.KINDS.map((kind) => $defs[kinds[kind]!.replace("#/$defs/", "")].properties);
const [question] = structs;
/** The member of `T | null` that is a number, or text. */
const number = (field: { anyOf: { type: string }[] }) => field.anyOf.find((member) => member.type === "integer");
const text = (field: { anyOf: { type: string }[] }) => field.anyOf.find((member) => member.type === "string");

test("the editor's limits of a quiz are the server's", () => {
  expect(title.maxLength).toBe(limits.TITLE_CHARACTERS);
  expect(questions).toMatchObject({ minItems: 1, maxItems: limits.QUESTIONS });
  expect($defs.Option.properties.text.maxLength).toBe(limits.OPTION_CHARACTERS);
  expect(Object.keys(kinds)).toEqual(expect.arrayContaining([...limits.KINDS]));
});

test.each(structs)("the editor's limits of a question are the server's, of each kind: $kind.enum", (question) => {
  expect(question.text.maxLength).toBe(limits.TEXT_CHARACTERS);
  expect(question.options.minItems).toBe(limits.FEWEST_OPTIONS);
  expect(question.options.maxItems).toBeGreaterThanOrEqual(limits.MOST_OPTIONS);
  expect(text(question.explanation)).toMatchObject({ maxLength: limits.EXPLANATION_CHARACTERS });
  expect(question.time_limit_ms.default).toBe(limits.DEFAULT_TIME_LIMIT_MS);
  expect(number(question.time_limit_ms)).toMatchObject({ minimum: limits.SHORTEST_MS, maximum: limits.LONGEST_MS });
  expect(question.points).toMatchObject({ minimum: 0, maximum: limits.MOST_POINTS, default: limits.DEFAULT_POINTS });
  expect(text(question.image)).toMatchObject({ maxLength: limits.IMAGE_CHARACTERS });
});

test.each([
  ["/images/flags-1.svg", true],
  ["data:image/webp;base64,UklGRg==", true],
  ["https://elsewhere.example/a.png", false],
  ["data:image/svg+xml;base64,PHN2Zz4=", false],
])("%s is a picture as the server takes it: %s", (image, taken) => {
  const { pattern } = text(question.image) as unknown as { pattern: string };
  expect(limits.IMAGE_PATTERN.test(image)).toBe(taken);
  expect(new RegExp(pattern).test(image)).toBe(taken);
});
