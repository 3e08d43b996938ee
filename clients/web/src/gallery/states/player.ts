/** What a player's phone shows. */

import { write, writeTab } from "../../device/storage";
import { keepToken } from "../../wire/tokens";
import type { SessionView, You, YourFinal, YourResult } from "../../wire/protocol";
import { click, press, seen, type } from "../hand";
import type { Script } from "../server";
import type { State, States } from "../state";
import { MORE } from "./kinds";
import * as all from "./people";

const { asPlayer, closed, entries, KINDS, open, question, ready, results, session, you } = all;

/** A seat that this browser has. */
function seat(script: Script, change: Partial<State> = {}): State {
  const before = () => keepToken("player", all.CODE, "token", all.TITLE);
  return { page: "player", address: `/join/${all.CODE}`, before, ...script, ...change };
}

function at(shown: SessionView, me?: You, change: Partial<State> = {}): State {
  return seat({ resumed: asPlayer(shown, me) }, change);
}

/** What a player is told of an answer. */
function told(change: Partial<YourResult>): YourResult {
  return {
    type: "your_result",
    question: 0,
    answered: true,
    correct: true,
    points: 874,
    total_points: 1874,
    rank: 4,
    streak: 0,
    response_ms: 2300,
    share: 100,
    ...change,
  };
}

/** After a question that was answered like this. */
export function verdict(shown: SessionView, change: Partial<YourResult>, me: Partial<You> = {}): State {
  const result = told(change);
  const { answered, total_points, rank, streak } = result;
  const leaderboard = { type: "leaderboard" as const, question: 0, entries: entries(10), total: 12, seq: 6 };
  return at({ ...shown, leaderboard }, you({ answered, total_points, rank, streak, result, ...me }));
}

const NO_ANSWER: Partial<YourResult> = { answered: false, correct: false, points: 0, response_ms: null };

/** The end, with these figures. */
export function final(
  change: Partial<YourFinal>,
  podium = entries(3),
  me: Partial<You> = {},
  title = all.TITLE,
): State {
  const figures: YourFinal = {
    type: "your_final",
    rank: 4,
    points: 1874,
    correct: 2,
    questions: 3,
    best_streak: 2,
    average_response_ms: 3400,
    ...change,
  };
  const shown = session({ phase: "ended", podium, title, total: 12 });
  return at(shown, you({ rank: figures.rank, total_points: figures.points, final: figures, ...me }), {
    main: "final.again",
  });
}

const join: State = { page: "player", address: "/", main: "join.go" };
const filled = [type("input[name=code], #code", all.CODE), type("input[name=name], #name", "Ada"), press("join.go")];
const refused = (code: "name_taken" | "session_not_found" | "session_full" | "session_locked") =>
  ({ ...join, answers: { join_session: { type: "error", code, message: "refused" } }, steps: filled }) satisfies State;
const multiple = KINDS.multiple;
const tied = (count: number) => entries(count, () => ({ rank: 1, points: 2000 }));
const noPoints = entries(3, () => ({ rank: 1, points: 0, delta: 0 }));

/** Each of the other kinds: open, answered, and its result. */
const more = Object.entries(MORE).flatMap(([name, { asked, answer, share = null, found }]): [string, State][] => {
  const correct = share === null ? null : share === 100;
  const loaded = { steps: [seen("main .grid, main form, main .scale, main .left, main p.soft + *, main p")] };
  const shown: [string, State][] = [[`player-question-${name}`, at(open(asked), undefined, loaded)]];
  if (name === "slide") return shown;
  return [
    ...shown,
    [`player-answered-${name}`, at(open(asked), you({ answered: true, answer }), loaded)],
    [
      `player-result-${name}`,
      {
        ...verdict(closed(asked, found), { correct, share, points: Math.round((share ?? 0) * 8.7) }, { answer }),
        steps: [seen("section.card")],
      },
    ],
  ];
});

export const PLAYER: States = {
  ...Object.fromEntries(more),
  "player-join": join,
  "player-join-links": {
    ...join,
    links: [
      ["Impressum", "https://school.example/impressum"],
      ["Datenschutzerklärung", "https://school.example/datenschutz"],
    ],
  },
  "player-join-code": { ...join, address: `/join/${all.CODE}` },
  "player-join-again": { ...join, before: () => write("name", "Ada Lovelace") },
  "player-join-refused": refused("name_taken"),
  "player-join-not-found": refused("session_not_found"),
  "player-joining": { ...join, answers: { join_session: null }, steps: filled, main: undefined },
  "player-resuming": seat({ resumed: "silence" }),
  "player-lobby": at(session()),
  "player-lobby-goes-dark": {
    ...at(session()),
    // As over plain http.
    before: () => {
      keepToken("player", all.CODE, "token", all.TITLE);
      Reflect.deleteProperty(Navigator.prototype, "wakeLock");
    },
  },
  "player-lobby-long": at(session({ title: all.LONG_TITLE }), you({ name: "W".repeat(24) })),
  "player-lobby-word": at(session({ title: all.LONG_WORD.repeat(2) }), you({ name: all.WIDE_NAMES[0]! })),
  "player-lobby-stand-in": at(session(), you({ name: "Player 12", name_withheld: true })),
  "player-lobby-extra-asked": at(session(), you({ asks_extra_time: true })),
  "player-lobby-extra-granted": at(session(), you({ extra_time_percent: 50 })),
  "player-host-away": at(session({ host_connected: false })),
  "player-ready": at(ready(question())),
  "player-ready-image": at(ready(question({ image: all.IMAGE }))),
  "player-question": at(open(question())),
  "player-question-leave": at(open(question()), undefined, {
    steps: [click("header .who"), seen("header .leave")],
  }),
  "player-question-multiple": at(open(multiple), undefined, {
    steps: [click("[data-option='0']"), click("[data-option='2']")],
    main: "answer.confirm",
  }),
  "player-question-true-false": at(open(KINDS.true_false)),
  "player-question-poll": at(open(KINDS.poll)),
  "player-question-six": at(open(question({ image: all.IMAGE }, ...all.SIX))),
  "player-question-ten": at(open(question({}, ...all.TEN))),
  "player-question-poll-several": at(open({ ...question({ kind: "poll", max_choices: 3 }, ...all.TEN) }), undefined, {
    steps: [click("[data-option='6']"), click("[data-option='9']")],
    main: "answer.confirm",
  }),
  "player-question-untimed": at(open(question({ time_limit_ms: null }), { closes_at: null })),
  "player-question-hidden": at(
    open(question(), { settings: { ...session().settings, show_question_on_player: false } }),
  ),
  "player-question-extra-time": at(
    open(question()),
    you({ extra_time_percent: 50, closes_at: session().server_time + 25_000 }),
  ),
  "player-question-word": at(
    open(
      question(
        { text: `Was ist eine ${all.LONG_WORD}?` },
        all.ADDRESS,
        "Geschwindigkeitsbegrenzung",
        "x".repeat(120),
        "no",
      ),
    ),
  ),
  "player-question-long": at(
    open(question({ text: all.LONG_OPTION.repeat(2) }, ...Array<string>(6).fill(all.LONG_OPTION))),
  ),
  "player-question-code": at(
    open(
      question(
        { text: "What does this print?\nfor x in y:\n    a()\nb()" },
        "for x in y:\n    a()\n    b()",
        "for x in y:\n    a()\nb()",
      ),
    ),
  ),
  "player-answered": at(open(question()), you({ answered: true, answer: 1 })),
  "player-answered-multiple": at(open(multiple), you({ answered: true, answer: [0, 2] })),
  "player-sending": at(open(question()), undefined, {
    answers: { submit_answer: null },
    steps: [click("[data-option='1']")],
  }),
  "player-too-late": at(open(question()), undefined, {
    answers: { submit_answer: { type: "error", code: "question_closed", message: "closed" } },
    steps: [click("[data-option='1']")],
  }),
  "player-offline": seat({ resumed: asPlayer(open(question())), close: 1006 }),
  "player-correct": verdict(closed(question()), { streak: 3 }, { answer: 1 }),
  "player-incorrect": verdict(closed(question()), { correct: false, points: 0 }, { answer: 0 }),
  "player-no-answer": verdict(closed(question()), NO_ANSWER),
  "player-unconfirmed": at(open(multiple), you(), {
    before: () => {
      keepToken("player", all.CODE, "token", all.TITLE);
      writeTab("ticked", { of: all.CODE, question: 0, options: [0, 2] });
    },
    then: [{ ...all.FOUND.multiple, seq: 9 }, told(NO_ANSWER)],
  }),
  "player-correct-true-false": verdict(
    closed(KINDS.true_false, all.FOUND.true_false),
    { correct: true, points: 912 },
    { answer: 0 },
  ),
  "player-incorrect-multiple": verdict(
    closed(multiple, all.FOUND.multiple),
    { correct: false, points: 0 },
    { answer: [0, 1] },
  ),
  "player-poll": verdict(
    closed(KINDS.poll, results({ correct: [], counts: [4, 5, 2], explanation: null })),
    { correct: null, points: 0 },
    { answer: 1 },
  ),
  "player-poll-no-answer": verdict(closed(KINDS.poll, results({ correct: [], counts: [4, 5, 2], explanation: null })), {
    answered: false,
    correct: null,
    points: 0,
    response_ms: null,
  }),
  "player-verdict-word": verdict(
    closed(
      question({ text: all.LONG_WORD }, all.ADDRESS, "x".repeat(120)),
      results({ counts: [1, 1], explanation: all.ADDRESS }),
    ),
    {},
    { answer: 1 },
  ),
  "player-verdict-late": at(closed(question()), you({ rank: null, total_points: 0 })),
  "player-final": final({}),
  "player-final-first": final({ rank: 1, points: 2870 }, undefined, { player_id: "p0", name: "Amara" }),
  "player-final-tied": final({ rank: 1, points: 2000 }, tied(3), { player_id: "p9", name: "Jun" }),
  "player-final-no-points": final({ rank: 1, points: 0, correct: 0, best_streak: 0, questions: 1 }, noPoints, {
    player_id: "p0",
  }),
  "player-final-long": final(
    { rank: 1 },
    entries(3, (place) => ({ name: all.WIDE_NAMES[place]! })),
    { player_id: "p0" },
    all.LONG_TITLE,
  ),
  "player-following": seat(
    {
      resumed: asPlayer(session({ phase: "ended", podium: entries(3), continues_in: "654321" })),
      answers: { join_session: null },
    },
    { steps: [seen("main.resuming")] },
  ),
  "player-kicked": seat({ resumed: asPlayer(session()), close: 4501 }),
  "player-elsewhere": seat({ resumed: asPlayer(session()), close: 4502 }, { main: "ending.back" }),
  "player-closed": seat({
    resumed: asPlayer(session()),
    then: [{ type: "session_closed", reason: "ended_by_host", seq: 9 }],
    close: 4500,
  }),
  "player-idle": seat({
    resumed: asPlayer(session()),
    then: [{ type: "session_closed", reason: "idle", seq: 9 }],
    close: 4500,
  }),
  "player-lost": seat({
    resumed: asPlayer(session()),
    then: [{ type: "session_closed", reason: "lost", seq: 9 }],
    close: 4500,
  }),
};
