import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { editOf } from "../kinds/edit";
import type { DetailField } from "../kinds/kind";
import * as limits from "./limits";

interface Schema {
  type?: string;
  anyOf?: Schema[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  default?: unknown;
}

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
  const { optioned, fewest = limits.FEWEST_OPTIONS, details } = editOf(question.kind.enum[0]);
  expect("options" in question).toBe(optioned);
  if (optioned) expect(question.options).toMatchObject({ minItems: fewest, maxItems: limits.MOST_OPTIONS });
  for (const field of details) {
    const found = limitsOf(field, question[field.name]);
    expect(field).toMatchObject(found);
  }
  expect(text(question.explanation)).toMatchObject({ maxLength: limits.EXPLANATION_CHARACTERS });
  expect(question.time_limit_ms.default).toBe(limits.DEFAULT_TIME_LIMIT_MS);
  expect(number(question.time_limit_ms)).toMatchObject({ minimum: limits.SHORTEST_MS, maximum: limits.LONGEST_MS });
  expect(question.points).toMatchObject({ minimum: 0, maximum: limits.MOST_POINTS, default: limits.DEFAULT_POINTS });
  expect(text(question.notes)).toMatchObject({ maxLength: limits.NOTES_CHARACTERS });
  expect(text(question.image_alt)).toMatchObject({ maxLength: limits.ALT_CHARACTERS });
  expect(text(question.image)).toMatchObject({ maxLength: limits.IMAGE_CHARACTERS });
});

/** What the schema says of a field, in the words of the editor. */
function limitsOf({ type }: DetailField, schema: Schema): object {
  const { anyOf = [schema] } = schema;
  const [one] = anyOf.filter((member) => member.type !== "null");
  switch (type) {
    case "list": {
      const [item] = [one!.items!.anyOf ?? [one!.items!]].flat();
      const characters = item!.maxLength ?? $defs.Pair.properties.left.maxLength;
      return { least: one!.minItems ?? 0, most: one!.maxItems, characters };
    }
    case "count":
      return { least: one!.minimum, most: one!.maximum, usual: schema.default };
    case "line":
      return one!.maxLength === undefined ? {} : { characters: one!.maxLength };
    case "switch":
      return {};
  }
}

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
