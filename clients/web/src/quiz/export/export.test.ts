import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { importQuiz } from "../import";
import type { ImportedQuestion, ImportedQuiz } from "../import/model";
import { clean } from "../import/text";
import { line } from "../import/testing";
import { type ExportFormat, exportQuiz } from "./index";
import { lossInEnglish } from "./losses";

const place = { unit: "question" } as const;
const question = (
  kind: ImportedQuestion["kind"],
  text: string,
  rest: Partial<ImportedQuestion> = {},
): ImportedQuestion => ({ kind, text, ...rest, place });
const option = (text: string, correct = false) => ({ text, ...(correct && { correct }) });

/** Texts with the signs that formats give a meaning to, but nothing at the ends that a person would not see. */
const sign = fc.constantFrom(..."abcxyz ABC 0123 äß漢 <>&\"'{}=~#:\\/%[]()*_-+|;,.!?\n".split(""));
const text = fc
  .array(sign, { minLength: 1, maxLength: 24 })
  .map((signs) => clean(signs.join("")))
  .filter((one) => /[a-z]/i.test(one) && !one.startsWith("'") && !/^[=+\-@]'/.test(one));
const texts = (min: number, max: number) =>
  fc.uniqueArray(text, { minLength: min, maxLength: max, selector: (one) => one.toLowerCase().replace(/\W/g, "") });
const number = fc
  .tuple(fc.integer({ min: -99999, max: 99999 }), fc.integer({ min: 0, max: 3 }))
  .map(([digits, scale]) => String(Number((digits / 10 ** scale).toFixed(scale))));

const explained = fc.record({ explanation: text }, { requiredKeys: [] });
const KINDS: fc.Arbitrary<ImportedQuestion>[] = [
  fc.tuple(text, texts(3, 6), fc.nat(), explained).map(([asked, all, right, more]) =>
    question("single", asked, {
      options: all.map((one, index) => option(one, index === right % all.length)),
      ...more,
    }),
  ),
  fc.tuple(text, texts(3, 6), fc.nat(), explained).map(([asked, all, right, more]) =>
    question("multiple", asked, {
      options: all.map((one, index) => option(one, index === right % all.length || index === (right + 1) % all.length)),
      ...more,
    }),
  ),
  fc
    .tuple(text, fc.boolean(), explained)
    .map(([asked, right, more]) =>
      question("true_false", asked, { options: [option("True", right), option("False", !right)], ...more }),
    ),
  fc
    .tuple(text, texts(2, 6))
    .map(([asked, all]) => question("poll", asked, { options: all.map((one) => option(one)) })),
  fc
    .tuple(text, texts(1, 4), explained)
    .map(([asked, accepted, more]) => question("text", asked, { accepted, ...more })),
  fc
    .tuple(text, number, fc.constantFrom("0", "0.5", "10"))
    .map(([asked, value, tolerance]) => question("number", asked, { value, tolerance })),
  fc.tuple(text, texts(3, 5)).map(([asked, items]) => question("order", asked, { items })),
  fc.tuple(text, texts(2, 4), texts(2, 4)).map(([asked, left, right]) =>
    question("match", asked, {
      pairs: left.slice(0, right.length).map((one, index) => ({ left: one, right: right[index]! })),
    }),
  ),
  text.map((asked) => question("open", asked)),
  text.map((asked) => question("slide", asked)),
];
const quizzes = (kinds: readonly ImportedQuestion["kind"][]) =>
  fc.record({
    title: fc.constantFrom("Birds", "Rivers & lakes", "A/B"),
    questions: fc.array(fc.oneof(...KINDS.filter((_, index) => kinds.includes(ORDER[index]!))), {
      minLength: 1,
      maxLength: 5,
    }),
  });
const ORDER: ImportedQuestion["kind"][] = [
  "single",
  "multiple",
  "true_false",
  "poll",
  "text",
  "number",
  "order",
  "match",
  "open",
  "slide",
];

const again = (quiz: ImportedQuiz, format: ExportFormat) => importQuiz(exportQuiz(quiz, format).bytes).quizzes;
const shown = (one: ImportedQuestion) => `${line(one)}${one.explanation ? ` (${one.explanation})` : ""}`;

describe("exported and imported again, a quiz is the same", () => {
  const all = ORDER;
  test.each<[ExportFormat, ImportedQuestion["kind"][]]>([
    ["json", all],
    ["yaml", all],
    ["gift", ["single", "multiple", "true_false", "text", "number", "match", "open"]],
    ["moodle", all.filter((kind) => kind !== "poll")],
    ["qti", all.filter((kind) => kind !== "poll")],
    ["csv", ["single", "multiple", "true_false", "poll", "text", "order", "open"]],
  ])(
    "%s",
    (format, kinds) => {
      fc.assert(
        fc.property(quizzes(kinds), (quiz) => {
          const losses = exportQuiz(quiz, format).losses;
          fc.pre(losses.every(({ code }) => code !== "arrow"));
          expect(losses).toEqual([]);
          const [got] = again(quiz, format);
          expect(got?.questions.map(shown)).toEqual(quiz.questions.map(shown));
          if (format !== "csv") expect(got?.title).toBe(quiz.title);
        }),
        { numRuns: 25 },
      );
    },
    60_000,
  );

  test("qti: an answer that looks like a tag", () => {
    const asked = question("text", "How is a link written?", { accepted: ["<a>", "<a>a", "x < y & z"] });
    expect(again({ title: "HTML", questions: [asked] }, "qti")[0]?.questions.map(line)).toEqual([line(asked)]);
  });

  test("kahoot: what it has room for", () => {
    fc.assert(
      fc.property(quizzes(["single", "multiple", "true_false"]), (quiz) => {
        const short = {
          ...quiz,
          questions: quiz.questions.map((one) => ({
            ...one,
            explanation: undefined,
            options: one.options!.filter(({ correct }, index) => correct || index < 2),
          })),
        };
        expect(again(short, "kahoot")[0]?.questions.map(line)).toEqual(short.questions.map(line));
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

const SAMPLE: ImportedQuiz = {
  title: "Birds",
  questions: [
    question("single", "Which swims?", {
      options: [option("owl"), option("duck", true)],
      time_limit_ms: 25_000,
      explanation: "It has webbed feet.",
      points: 500,
    }),
    question("poll", "Do you like birds?", { options: [option("a lot"), option("a little")] }),
    question("match", "Who says what?", {
      pairs: [
        { left: "owl", right: "hoo" },
        { left: "duck", right: "quack" },
      ],
    }),
    question("multiple", "Which fly?", {
      options: ["kite", "owl", "swan", "emu", "kiwi", "hen"].map((one, index) => option(one, index < 3)),
    }),
    question("text", "Young of a hen?", { accepted: ["chick", { text: "chicken", share: 50 }] }),
  ],
};

describe("what a format cannot hold is said", () => {
  test.each<[ExportFormat, string[]]>([
    ["json", []],
    [
      "gift",
      [
        "Question 1 “Which swims?”: its time_limit_ms has no place in GIFT.",
        "Question 1 “Which swims?”: its points has no place in GIFT.",
        "Question 2 “Do you like birds?”: questions of the kind “poll” have no place in GIFT; it was left out.",
      ],
    ],
    [
      "kahoot",
      [
        "Question 1 “Which swims?”: its points has no place in Kahoot.",
        "Question 1 “Which swims?”: its explanation has no place in Kahoot.",
        "Question 1 “Which swims?”: Kahoot knows certain time limits only; 25 s became 20 s.",
        "Question 2 “Do you like birds?”: questions of the kind “poll” have no place in Kahoot; it was left out.",
        "Question 3 “Who says what?”: questions of the kind “match” have no place in Kahoot; it was left out.",
        "Question 4 “Which fly?”: Kahoot has room for 4 answers; 2 wrong ones were left out.",
        "Question 5 “Young of a hen?”: questions of the kind “text” have no place in Kahoot; it was left out.",
      ],
    ],
    [
      "csv",
      [
        "Question 1 “Which swims?”: its points has no place in CSV.",
        "Question 3 “Who says what?”: questions of the kind “match” have no place in CSV; it was left out.",
        "Question 5 “Young of a hen?”: answers that earn part of the points have no place in CSV: chicken.",
      ],
    ],
  ])("%s", (format, said) => {
    expect(exportQuiz(SAMPLE, format).losses.map(lossInEnglish)).toEqual(said);
  });

  test("Markdown is read back as far as people write it", () => {
    const [quiz] = again(SAMPLE, "markdown");
    expect(quiz?.title).toBe("Birds");
    expect(quiz?.questions.map(shown)).toEqual([
      "single: Which swims? [owl | *duck] (It has webbed feet.)",
      "multiple: Which fly? [*kite | *owl | *swan | emu | kiwi | hen]",
      "text: Young of a hen? = chick",
    ]);
  });

  test("a picture goes with the question into Moodle", () => {
    const image = "data:image/png;base64,iVBORw0KGgo=";
    const quiz = { title: "P", questions: [question("open", "What is <b>this</b>?\nLook!", { image })] };
    expect(again(quiz, "moodle")[0]?.questions[0]).toMatchObject({ text: "What is <b>this</b>?\nLook!", image });
  });

  test("no cell of a CSV runs as a formula", () => {
    const quiz = { title: "F", questions: [question("open", "=HYPERLINK(1)")] };
    expect(new TextDecoder().decode(exportQuiz(quiz, "csv").bytes)).toContain("'=HYPERLINK(1)");
    expect(again(quiz, "csv")[0]?.questions[0]?.text).toBe("=HYPERLINK(1)");
  });
});
