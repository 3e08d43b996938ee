/** Questions of the kinds without fixed options in the gallery, with an answer and a result for each. */

import type { Agenda, Answer, Answers, PublicQuestion, QuestionKind, QuestionResults } from "../../wire/protocol";
import { EXPLANATION, nameOf, question, results } from "./people";

export interface Shown {
  asked: PublicQuestion;
  answer: Answer;
  /** How much of the answer is right, in percent; none: nothing can be. */
  share?: number;
  found: QuestionResults;
}

const asked = (kind: QuestionKind, text: string, change: Partial<PublicQuestion> = {}): PublicQuestion => ({
  ...question({ kind, text, ...change }),
  options: change.options ?? [],
});
const found = (change: Partial<QuestionResults>): QuestionResults =>
  results({ correct: [], counts: [], explanation: null, ...change });
const PLANETS = ["Neptune", "Earth", "Mars", "Jupiter"];
const CAPITALS = { left: ["Kenya", "Peru", "Norway", "Vietnam"], right: ["Oslo", "Hanoi", "Lima", "Nairobi", "Quito"] };
const WORDS =
  "curious calm noisy warm helpful quick funny early late bold kind loud bright gentle patient playful clever honest tidy brave".split(
    " ",
  );

/** What the host sees of the open question. */
export const WRITTEN: Omit<Answers, "reply_to"> = {
  type: "answers",
  question: 0,
  answers: [
    ["More breaks, and fewer slides.", 3, true, ["more breaks"]],
    ["Start a little later in the morning.", 2, true, []],
    ["A longer lunch", 1, false, []],
    ["Could we meet outside for at least one of the afternoons? The rooms are so warm in June.", 1, false, []],
    [`${"Geschwindigkeitsbegrenzung".repeat(3)}!`, 1, false, []],
  ].map(([text, count, shown, merged]) => ({
    ...{ text, count, shown, merged, share: null, player_ids: [] },
  })) as Answers["answers"],
  next_offset: 200,
};

/** The questions of the quiz, as the host chooses from them. */
export const AGENDA: Omit<Agenda, "reply_to"> = {
  type: "agenda",
  question: 1,
  questions: [
    "What is the capital of Kenya?",
    "How long is the Nile?",
    `${"Donaudampfschiff".repeat(6)}?`,
    "Lunch?",
  ].map((text, index) => ({ index, text, kind: "single" })),
};

export const MORE: Record<string, Shown> = {
  text: {
    asked: asked("text", "Which city is the capital of Australia?"),
    answer: "Canbera",
    share: 100,
    found: found({
      solution: {
        accepted: [
          { text: "Canberra", share: 100 },
          { text: "Canberra, ACT", share: 100 },
          { text: "ACT", share: 50 },
        ],
      },
      tally: {
        groups: [
          { text: "Canberra", count: 14, share: 100 },
          { text: "Sydney", count: 6, share: 0 },
          { text: "Melbourne", count: 3, share: 0 },
          { text: "ACT", count: 2, share: 50 },
          { text: "Canbera", count: 2, share: 100 },
          { text: "the one with the parliament", count: 1, share: 0 },
        ],
        distinct: 11,
      },
      explanation: EXPLANATION,
      answered: 32,
      total: 34,
    }),
  },
  number: {
    asked: asked("number", "How long is the Nile?", { unit: "km", min: null, max: null, step: null }),
    answer: "6600",
    share: 100,
    found: found({
      solution: { value: "6650", tolerance: "100", unit: "km" },
      tally: {
        from: "1200",
        to: "9800",
        bins: [1, 0, 2, 1, 3, 2, 4, 3, 5, 6, 4, 5, 7, 4, 2, 3, 1, 0, 1, 1],
        below: 1,
        above: 2,
        nearest: ["6660", "6600", "6700"].map((answer, place) => ({
          player_id: `p${place}`,
          name: nameOf(place),
          answer,
        })),
      },
      answered: 58,
      total: 60,
    }),
  },
  slider: {
    asked: asked("number", "In which year was the first message sent over the ARPANET?", {
      unit: null,
      min: "1950",
      max: "2000",
      step: "1",
    }),
    answer: "1972",
    share: 0,
    found: found({
      solution: { value: "1969", tolerance: "0", unit: null },
      tally: {
        from: "1955",
        to: "1990",
        bins: [0, 1, 0, 2, 1, 3, 4, 9, 12, 7, 5, 3, 4, 2, 2, 1, 0, 1, 0, 1],
        below: 0,
        above: 0,
        nearest: [],
      },
    }),
  },
  scale: {
    asked: asked("scale", "How well did you know this topic before today?", {
      min_label: "Not at all",
      max_label: "Very well",
      steps: 5,
    }),
    answer: 2,
    found: found({ tally: { counts: [2, 5, 11, 7, 3], median: 2 }, answered: 28, total: 28 }),
  },
  "scale-11": {
    asked: asked("scale", "How likely are you to recommend this course to a friend?", {
      min_label: "Not likely",
      max_label: "Very likely",
      steps: 11,
    }),
    answer: 8,
    found: found({ tally: { counts: [1, 0, 0, 2, 1, 4, 3, 8, 9, 6, 4], median: 7.5 }, answered: 38, total: 40 }),
  },
  order: {
    asked: asked("order", "Put these planets in order, the one nearest to the Sun first.", { items: PLANETS }),
    answer: [1, 3, 2, 0],
    share: 67,
    found: found({
      solution: { items: [1, 2, 3, 0] },
      tally: {
        places: [
          [0, 1, 2, 21],
          [19, 4, 1, 0],
          [4, 14, 5, 1],
          [1, 5, 16, 2],
        ],
      },
      answered: 24,
      total: 25,
    }),
  },
  match: {
    asked: asked("match", "Which capital belongs to which country?", CAPITALS),
    answer: [3, 4, 0, 1],
    share: 75,
    found: found({
      solution: { rights: [3, 2, 0, 1] },
      tally: {
        counts: [
          [0, 1, 2, 18, 1],
          [0, 0, 12, 2, 8],
          [20, 1, 0, 0, 1],
          [1, 17, 2, 1, 0],
        ],
      },
      answered: 22,
      total: 24,
    }),
  },
  words: {
    asked: asked("words", "Describe our team in three words.", { max_words: 3 }),
    answer: ["curious", "calm"],
    found: found({
      tally: { words: WORDS.map((text, place) => ({ text, count: Math.max(1, 14 - place * 2) })), distinct: 27 },
      answered: 30,
      total: 31,
    }),
  },
  open: {
    asked: asked("open", "What should we do differently next year?"),
    answer: "Start a little later in the morning.",
    found: found({
      tally: { texts: ["Start a little later in the morning.", "More breaks, and fewer slides."], count: 27 },
      answered: 27,
      total: 31,
    }),
  },
  ranking: {
    asked: asked("ranking", "Where shall we go next year?", {
      options: ["Mountains", "Sea", "A large city", "Stay at home"].map((text) => ({ text })),
      top: 4,
    }),
    answer: [1, 0, 2, 3],
    found: found({ tally: { points: [310, 345, 220, 125], firsts: [8, 12, 3, 1] }, answered: 24, total: 24 }),
  },
  slide: {
    asked: asked("slide", "Before we go on", {
      body: "The next five questions are about rivers.\n\nA river is measured along its main stem, from its source to the sea; where the source lies is often a matter of debate.",
      points: 0,
      time_limit_ms: null,
    }),
    answer: 0,
    found: found({}),
  },
};
