/** Broken quiz files: samples of every format, changed at random but the same for the same seed. */

import { strToU8, zipSync } from "fflate";
import { type ExportFormat, exportQuiz, FORMATS } from "../export";
import type { ImportedQuiz } from "../import/model";

const place = { unit: "question" } as const;
const QUIZ: ImportedQuiz = {
  title: "Birds",
  questions: [
    {
      kind: "single",
      text: "Which swims?",
      options: [{ text: "duck", correct: true }, { text: "owl" }],
      explanation: "Feet.",
      place,
    },
    {
      kind: "multiple",
      text: "Which fly?",
      options: [{ text: "kite", correct: true }, { text: "owl", correct: true }, { text: "emu" }],
      place,
    },
    {
      kind: "true_false",
      text: "Hens have teeth.",
      options: [{ text: "True" }, { text: "False", correct: true }],
      place,
    },
    { kind: "text", text: "Young of a hen?", accepted: ["chick"], place },
    { kind: "number", text: "Eggs?", value: "3", tolerance: "1", place },
    {
      kind: "match",
      text: "Say",
      pairs: [
        { left: "owl", right: "hoo" },
        { left: "hen", right: "cluck" },
      ],
      place,
    },
    { kind: "order", text: "By size", items: ["wren", "owl", "emu"], place },
  ],
};
const H5P = JSON.stringify({
  questions: [
    {
      library: "H5P.MultiChoice 1.16",
      params: {
        question: "<p>Red?</p>",
        answers: [
          { text: "rose", correct: true },
          { text: "sky", correct: false },
        ],
      },
    },
    { library: "H5P.Blanks 1.1", params: { questions: ["Snow is *white*."] } },
  ],
});
const QTI = new TextDecoder().decode(exportQuiz(QUIZ, "qti").bytes);
const TEXTS = [
  "Capital?\nA. Rome\nB. Paris\nANSWER: B\n\nNext?\nA) x\nB) y\nANSWER: A\n",
  "1. Capital of France?\n*a) Paris\nb) Rome\n\n2. Sun?\n- [x] star\n- [ ] moon\nAnswer: A\nExplanation: hot\n```\ncode\n```\n",
  "# T\n\n**Question 1**\nCapital?\nA. Rome\n**B. Paris** ✅\n\nAnswer key:\n1. B, 2. C\n",
  "#Q Which?\n^ a\nA a\nB b\n\n#Q Round?\n^ True\nA True\nB False\n",
  "dog\tHund\ncat\tKatze\nbird\tVogel\n",
  "#separator:semicolon\n#html:true\ndog;<b>Hund</b>\ncat;Katze\n",
  "Q {1:MC:=a~b} and {1:SA:=c}\n\n::T::[html]<p>a<sub>2</sub></p>{#3:1 ####x}\n",
  JSON.stringify({ subject: "Q", questions: [{ question: "a?", answers: ["x", "y"], solution: 1, time: 15 }] }),
  JSON.stringify([{ question: "a?", correct_answer: "x", incorrect_answers: ["y"] }]),
  H5P,
  "sep=;\nFrage;A;B;C;Richtige Antwort\nWas?;x;y;z;B\n",
];
const PACKAGES: Record<string, string>[] = [
  { "h5p.json": '{"mainLibrary":"H5P.QuestionSet","title":"T"}', "content/content.json": H5P },
  { "imsmanifest.xml": "<manifest/>", "non_cc_assessments/a.xml.qti": QTI },
];

export const SAMPLES: Uint8Array[] = [
  ...(Object.keys(FORMATS) as ExportFormat[]).map((format) => exportQuiz(QUIZ, format).bytes),
  ...TEXTS.map((text) => strToU8(text)),
  ...PACKAGES.map((files) =>
    zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])), {
      level: 0,
    }),
  ),
];

const WORDS: string[] = [
  "{",
  "}",
  "=",
  "~",
  "->",
  "\n\n",
  "\0",
  "\ud83d",
  "<",
  ">",
  "</",
  "<![CDATA[",
  "]]>",
  "&#x110000;",
  "&amp;",
  '"',
  "'",
  ",",
  ";",
  "\t",
  "[",
  "]",
  "[x]",
  "```",
  "#",
  "####",
  "A)",
  "Answer:",
  "%50%",
  "-1e999",
  "\\",
  "::",
  "//",
  "\ufeff",
  "\r",
  "__proto__",
  "constructor",
  "1".repeat(400),
  "(".repeat(300),
  "<a>".repeat(200),
  "- ".repeat(300),
  "*".repeat(300),
  " ".repeat(2000),
];
const TOKENS = WORDS.map((token) => strToU8(token));

/** A generator of whole numbers below n (mulberry32). */
export function random(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

const joined = (...parts: Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** A sample with one to eight faults. */
export function mutated(below: (n: number) => number): Uint8Array {
  let bytes: Uint8Array = SAMPLES[below(SAMPLES.length)]!;
  for (let faults = below(8) + 1; faults > 0; faults--) {
    const at = below(bytes.length + 1);
    const end = Math.min(bytes.length, at + below(40));
    const ways = [
      () => joined(bytes.subarray(0, at), bytes.subarray(end)),
      () => joined(bytes.subarray(0, end), bytes.subarray(at)),
      () => joined(bytes.subarray(0, at), TOKENS[below(TOKENS.length)]!, bytes.subarray(at)),
      () =>
        joined(
          bytes.subarray(0, at),
          Uint8Array.from({ length: below(9) }, () => below(256)),
          bytes.subarray(end),
        ),
      () => joined(bytes.subarray(0, at), SAMPLES[below(SAMPLES.length)]!.subarray(below(200))),
      () => bytes.map((byte, index) => (index === at ? byte ^ (1 << below(8)) : byte)),
      () => bytes.subarray(0, at),
    ];
    bytes = ways[below(ways.length)]!();
    if (bytes.length > 60_000) bytes = bytes.subarray(0, 60_000);
  }
  return bytes;
}
