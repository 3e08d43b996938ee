/** What a host sees before a session: the start page, a chosen quiz, and the editor. */

import { createStore, set } from "idb-keyval";
import { keepToken } from "../../wire/tokens";
import type { Question, Quiz } from "../../wire/protocol";
import { type Draft, emptyDraft, fromQuiz, toQuiz } from "../../quiz/draft";
import { linkTo } from "../../quiz/link";
import { forget, keep, keepEdits, notePlayed, ownQuiz } from "../../quiz/library";
import { keepGame, pastGame } from "../../files/games";
import { click, press, seen, type, type Step } from "../hand";
import { writeTab } from "../../device/storage";
import type { State, States } from "../state";
import { standings } from "./host";
import { EXPLANATION, IMAGE, KINDS, LONG_TITLE, LONG_WORD, TITLE } from "./people";

const KEPT_AT = 1_790_000_000_000;
const OWN = "an-own-quiz";

const quiz = (questions: Quiz["questions"], title = TITLE): Quiz => ({ title, questions });
const every = Object.values(KINDS).map(({ kind, text, options, points, time_limit_ms }, at) => ({
  kind,
  text,
  points,
  time_limit_ms,
  image: at === 0 ? IMAGE : null,
  explanation: at === 0 ? EXPLANATION : null,
  options: options.map((option, place) => ({ ...option, correct: at < 3 && place === 1 })),
})) as Question[];
/** One of each of the other kinds. */
const TYPED: Question = {
  kind: "text",
  text: "Which city is the capital of Australia?",
  accepted: ["Canberra", { text: "ACT", share: 50 }],
};
const others: Question[] = [
  TYPED,
  {
    kind: "number",
    text: "How long is the Nile?",
    value: "6650",
    tolerance: "100",
    unit: "km",
    min: "0",
    max: "10000",
    step: "50",
  },
  { kind: "order", text: "Order these planets.", items: ["Earth", "Mars", "Jupiter", "Neptune"], partial: "pairs" },
  {
    kind: "match",
    text: "Which capital belongs to which country?",
    pairs: [
      { left: "Kenya", right: "Nairobi" },
      { left: "Peru", right: "Lima" },
    ],
    extra: ["Quito"],
  },
  { kind: "words", text: "Describe our team.", max_words: 3 },
  { kind: "open", text: "What should we do differently?", time_limit_ms: null },
  { kind: "scale", text: "How well did you know this?", min_label: "Not at all", max_label: "Very well", steps: 5 },
  {
    kind: "ranking",
    text: "Where shall we go?",
    options: [{ text: "Mountains" }, { text: "Sea" }, { text: "City" }],
    top: 2,
  },
  { kind: "slide", text: "Before we go on", body: "The next questions are about rivers." },
];
const many = Array.from({ length: 200 }, (_, place) => ({
  ...every[place % 4]!,
  text: "Which country has this flag?",
}));

const start = (change: Partial<State> = {}): State => ({ page: "host", address: "/host", ...change });
const paste = (text: string): Step[] => [
  press("start.paste"),
  seen("#pasted"),
  type("#pasted", text),
  press("start.read"),
];
const setup = (chosen: Quiz, ...steps: Step[]): State =>
  start({ steps: [...paste(JSON.stringify(chosen)), seen("#settings"), ...steps], main: "setup.open" });

function own(...drafts: Draft[]): () => Promise<void> {
  return async () => {
    for (const [place, draft] of drafts.entries())
      await keep({ id: place ? `${OWN}-${place}` : OWN, draft, edited_at: KEPT_AT - place });
  };
}

/** Quizzes with tags; the first was played. */
async function library(): Promise<void> {
  const tags = [["Year 8", "Geography", "Revision before the holidays"], ["Year 8"], [LONG_WORD.slice(0, 30)], [], []];
  await own(...tags.map((tags, place) => ({ ...fromQuiz(quiz(every, `${TITLE} ${place + 1}`)), tags })))();
  await notePlayed(OWN, KEPT_AT);
}

const editor = (draft: Draft, ...steps: Step[]): State =>
  start({
    address: `/host#edit-${OWN}`,
    before: own(draft),
    steps: [seen("#quiz-title, input, textarea"), ...steps],
    main: "editor.play",
  });
/** The editor with one of the four questions chosen. */
const at = (place: number) => editor(fromQuiz(quiz(every)), click(`ol li:nth-child(${place + 1}) button`));

/** A quiz as people write it in a chat, with one question that cannot be taken. */
const CHAT = `1. Which city is the capital of Australia?
A) Sydney
B) Canberra *
C) ${LONG_WORD.repeat(2)}

2. And nobody knows what this one asks

3. Which planet is the largest?
a) Mars
b) Jupiter
Answer: b`;

/** A table whose headings say nothing. */
const TABLE = `x,y,z,v,w
Which city is the capital of Australia?,Sydney,Canberra,${LONG_WORD.repeat(2)},2
Which planet is the largest?,Mars,Jupiter,Venus,2`;

const pasted = (text: string): Step[] => [press("start.paste"), type("#pasted", text), press("start.read")];

export const START: States = {
  start: start({ steps: [seen(".samples li, ul li")] }),
  "start-kept": start({
    before: async () => {
      keepToken("host", "123456", "token", LONG_TITLE);
      keepToken("host", "654321", "token", LONG_WORD.repeat(2));
      await own(fromQuiz(quiz(every)), emptyDraft(), fromQuiz(quiz(every, LONG_WORD.repeat(2))))();
    },
    steps: [seen("ul li h3")],
  }),
  "start-library": start({
    before: library,
    steps: [seen("ul li h3"), type("search input", "a"), click(".tag")],
  }),
  "start-nothing-found": start({ before: library, steps: [seen("ul li h3"), type("search input", "zebra")] }),
  "start-played": start({
    before: async () => {
      for (const [place, title] of [TITLE, LONG_TITLE, LONG_WORD.repeat(2)].entries()) {
        const standings = { title, questions: [], players: [] };
        const game = pastGame("123456", title, standings, KEPT_AT - place * 86_400_000);
        await keepGame({ ...game, players: 27, log: place === 0 ? "log" : undefined });
      }
    },
    steps: [seen("#past-games")],
  }),
  "start-company": start({
    before: () => {
      keepToken("host", "123456", "token", TITLE);
      writeTab("company", { code: "123456", people: 27 });
    },
    steps: [seen(".samples li, ul li")],
  }),
  "start-print": start({
    before: () => keepGame(pastGame("123456", TITLE, standings(27), KEPT_AT)),
    steps: [press("games.print.label", { title: TITLE }), seen("dialog")],
  }),
  "start-league": start({
    before: async () => {
      for (const [place, title] of [TITLE, LONG_WORD, LONG_TITLE].entries())
        await keepGame({ ...pastGame("123456", title, standings(12 + place), KEPT_AT - place * 86_400_000), title });
    },
    steps: [press("league.open"), seen("dialog tbody")],
  }),
  "start-gradebook": start({
    before: () => keepGame(pastGame("123456", TITLE, standings(27), KEPT_AT)),
    steps: [press("games.gradebook.label", { title: TITLE }), seen("dialog")],
  }),
  "start-export": start({
    before: own(fromQuiz(quiz(every))),
    steps: [
      press("own.download", { title: TITLE }),
      seen(".formats"),
      click(".formats li:nth-child(3) button"),
      seen("h3 + .losses"),
    ],
  }),
  "start-linked": start({
    address: new URL(linkTo(toQuiz(fromQuiz(quiz(every))), "http://quiz.example/host")!).hash.replace("#", "/host#"),
    steps: [seen("section.card h2"), click("section.card summary")],
  }),
  "start-link-damaged": start({ address: "/host#quiz=1.00000000.AAAA", steps: [seen(".report")] }),
  "start-folder": start({
    before: async () => {
      await library();
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("Quizzes", { create: true });
      await set("handle", folder, createStore("quickpoll-folder", "folder"));
    },
    steps: [seen(".folder svg")],
  }),
  "start-forgets": start({ steps: [press("backup.forgets")] }),
  "start-paste": start({ steps: [press("start.paste"), seen("#pasted")] }),
  "start-imported": start({ steps: [...pasted(CHAT), seen("details")] }),
  "start-imported-columns": start({ steps: [...pasted(TABLE), seen("select")] }),
  "start-refused": start({
    address: "/host#839741",
    before: () => keepToken("host", "839741", "token", TITLE),
    resumed: { code: "session_not_found", message: "gone" },
  }),
  setup: setup(quiz(every)),
  "setup-many": setup(quiz(many, LONG_TITLE)),
  "setup-word": setup(quiz([{ ...every[0]!, text: LONG_WORD.repeat(2) }], LONG_WORD.repeat(2))),
  "setup-company": { ...setup(quiz(every)), before: () => writeTab("company", { code: "123456", people: 1 }) },
  "setup-refused": {
    ...setup(quiz(every), press("setup.open"), seen(".problem")),
    answers: { create_session: { type: "error", code: "too_many_sessions", message: "full" } },
  },
  "editor-new": editor(emptyDraft()),
  "editor-single": at(0),
  "editor-multiple": at(1),
  "editor-true-false": at(2),
  "editor-poll": at(3),
  ...Object.fromEntries(
    others.map(({ kind }, place): [string, State] => [
      `editor-${kind}`,
      editor(fromQuiz(quiz(others)), click(`ol li:nth-child(${place + 1}) button`)),
    ]),
  ),
  "editor-try": editor(
    fromQuiz(quiz([TYPED])),
    type("input[aria-describedby$='-said']", "Sydny"),
    seen(".not, .counts"),
  ),
  "editor-guessed": editor(
    fromQuiz(
      quiz([
        {
          kind: "multiple",
          text: "Which of these are planets?",
          partial: "right_minus_wrong",
          options: ["Mars", "Venus", "Neptune", "Pluto"].map((text, at) => ({ text, correct: at < 3 })),
        },
      ]),
    ),
    seen(".guessing.shown"),
  ),
  "editor-played": {
    ...editor(fromQuiz(quiz(every)), seen("nav small")),
    before: async () => {
      await own(fromQuiz(quiz(every)))();
      await keepGame(pastGame("123456", TITLE, standings(27), KEPT_AT));
      await keepGame(pastGame("123457", TITLE, standings(9), KEPT_AT - 86_400_000));
    },
  },
  "editor-rival": editor(
    fromQuiz(quiz(every)),
    async () => {
      const kept = (await ownQuiz(OWN))!;
      await keepEdits({ ...kept, edited_at: KEPT_AT + 1 }, kept.edited_at);
    },
    seen("#rival"),
    type("#quiz-title, main textarea", "Mine"),
  ),
  "editor-gone": editor(fromQuiz(quiz(every)), () => forget(OWN), seen("#rival")),
  "editor-problems": editor(emptyDraft(), press("editor.play"), seen(".problem")),
  "editor-deleted": editor(fromQuiz(quiz(every)), press("editor.delete"), seen(".columns > .rise")),
  "editor-many": editor(fromQuiz(quiz(many, LONG_TITLE))),
};
