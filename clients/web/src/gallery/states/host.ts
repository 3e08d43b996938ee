/** What the host's two devices show during a session: the stage with its dialogs, and the remote control. */

import { keepToken } from "../../wire/tokens";
import type { AnswerGroup, HostPlayer, Results, SessionView } from "../../wire/protocol";
import { click, key, press, seen, type Step } from "../hand";
import { NOW, type Script } from "../server";
import type { State, States } from "../state";
import { playOf } from "../../kinds/play";
import { AGENDA, MORE, WRITTEN } from "./kinds";
import * as all from "./people";

const { asHost, closed, entries, KINDS, open, players, question, ready, results, session } = all;

export function stage(shown: SessionView, change: Partial<State> = {}): State {
  const before = () => keepToken("host", all.CODE, "token", shown.title, `https://quiz.example.org/join/${all.CODE}`);
  return { page: "host", address: `/host#${all.CODE}`, before, resumed: asHost(shown), stage: true, ...change };
}

export function remote(shown: SessionView, change: Partial<State> = {}): State {
  const address = `/host#remote=${all.CODE}.token`;
  return { page: "host", address, resumed: asHost(shown, true), ...change };
}

function crowd(count: number, done: number, change: Partial<SessionView> = {}, asked = question()): SessionView {
  const everybody = players(count, (place) => ({ answered: place < done }));
  return open(asked, { players: everybody, player_count: count, answered: done, total: count, ...change });
}

const lobby = (count: number, change: Partial<SessionView> = {}) =>
  session({ player_count: count, players: players(count), ...change });
const wide = (count: number): HostPlayer[] =>
  players(count, (place) => ({ name: place < all.WIDE_NAMES.length ? all.WIDE_NAMES[place]! : all.nameOf(place) }));
const atResults = (asked = question(), found = results()) =>
  stage(closed(asked, found), { main: asked === KINDS.poll ? "stage.next" : "stage.leaderboard" });

/** The results of question 0, and after them the leaderboard. */
function board(rows = entries(10), total = rows.length): State {
  const leaderboard = { type: "leaderboard" as const, question: 0, entries: rows, total, seq: 6 };
  return stage(closed(question(), results(), { leaderboard, player_count: total }), {
    steps: [press("stage.leaderboard"), seen(".board")],
    main: "stage.next",
  });
}

function podium(rows = entries(3), change: Partial<SessionView> = {}, steps: Step[] = []): State {
  const shown = session({ phase: "ended", podium: rows, total: 12, players: players(12), ...change });
  return stage(shown, { main: "stage.standings", answers: { get_results: standings(12) }, steps });
}

export function standings(count: number, questions = 3): Omit<Results, "reply_to"> {
  const summaries = Array.from({ length: questions }, (_, index) => {
    const asked = Object.values(KINDS)[index % 4]!;
    const judged = asked === KINDS.poll ? [] : [1];
    const options = asked.options.map(({ text }) => text);
    const { text, kind, points, time_limit_ms } = asked;
    return {
      index,
      kind,
      text,
      options,
      correct: judged,
      counts: [3, 6, 2, 0],
      answered: 11,
      total: 12,
      points,
      time_limit_ms,
      solution: null,
      tally: null,
    };
  });
  const summary = (place: number) => ({
    id: `p${place}`,
    name: (count > 12 && all.WIDE_NAMES[place - 3]) || all.nameOf(place),
    avatar: String(place),
    rank: place + 1,
    points: 2870 - place * 10,
    correct: 2,
    answers: summaries.map(({ index }) => ({
      question: index,
      answer: 1,
      correct: index % 4 === 3 ? null : place % 3 > 0,
      points: 900,
      response_ms: 2000,
      share: null,
    })),
  });
  return {
    type: "results",
    title: all.TITLE,
    questions: summaries,
    players: Array.from({ length: count }, (_, place) => summary(place)),
    next_offset: null,
    log_head: "5f8d2c4b9a7e1f306d5c",
  };
}

const six = question({ image: all.IMAGE }, ...all.SIX);
const long = question({ text: all.LONG_OPTION.repeat(2) }, ...Array<string>(6).fill(all.LONG_OPTION));
const word = question(
  { text: `Was ist eine ${all.LONG_WORD}?` },
  all.ADDRESS,
  "Geschwindigkeitsbegrenzung",
  "x".repeat(120),
  "no",
);
const counts = [7, 3, 6, 1, 5, 4];
const more = all.EXPLANATION.repeat(12).slice(0, 1000);
const missed = results({ counts: [0, 0, 0, 0], answered: 0 });
const tied = (count: number) => entries(count, () => ({ rank: 1, points: 2000, previous_rank: 1 }));
const atEnd = [press("stage.standings"), seen("#ranking")];

const dialog = (...steps: Step[]) => stage(crowd(12, 5), { steps, stage: false });
const closing = (close: number, then: Script["then"] = []): Partial<State> => ({ close, then, stage: false });

const openTexts = (shown: State): State => ({
  ...shown,
  answers: { get_answers: WRITTEN },
  steps: [press("answers.heading"), seen("dialog li")],
  stage: false,
});
const heldTexts = (shown: State): State => ({
  ...openTexts(shown),
  steps: [click("button .held"), seen("dialog .held")],
  answers: { get_answers: { ...WRITTEN, answers: WRITTEN.answers.map((group, place) => held(group, place)) } },
});
const held = (group: AnswerGroup, place: number): AnswerGroup =>
  place === 1 ? { ...group, shown: false, withheld: true } : group;
const heldFirst = (place: number) => (place === 0 ? { name: "Player 1", withheld: "A word of the list" } : {});
const away = (seat_offered: boolean): State =>
  stage(lobby(12, { players: players(12, (place) => (place === 0 ? { connected: false, seat_offered } : {})) }), {
    steps: [press("stage.playerMenu", { name: "Amara" }), seen("dialog")],
    stage: false,
  });
const leading = (shown: State): State => ({
  ...shown,
  answers: { get_agenda: AGENDA },
  steps: [press("lead.heading"), seen("dialog ol li"), seen("dialog details")],
  stage: false,
});
const wroteWords = (): SessionView => closed(MORE["words"]!.asked, { ...MORE["words"]!.found, withheld: 1 });
const wroteOpen = (): SessionView => closed(MORE["open"]!.asked, MORE["open"]!.found);

/** Each of the other kinds: open, and its result. */
const ofMore = Object.entries(MORE).flatMap(([name, { asked, found }]): [string, State][] => {
  const judged = playOf(asked.kind).judged;
  const main = name === "slide" ? "stage.next" : "stage.close";
  const shown: [string, State][] = [[`stage-question-${name}`, stage(crowd(12, 5, {}, asked), { main })]];
  if (name === "slide") return shown;
  return [
    ...shown,
    [`stage-results-${name}`, stage(closed(asked, found), { main: judged ? "stage.leaderboard" : "stage.next" })],
    [`remote-results-${name}`, remote(closed(asked, found), { main: "stage.next" })],
  ];
});

/** What is written is shown before the close. */
const live = (name: "words" | "open"): SessionView => {
  const { asked, found } = MORE[name]!;
  const live_tally = { type: "live_tally" as const, question: asked.index, tally: found.tally! };
  return crowd(12, 5, { live: true, live_tally }, asked);
};

const STAGE: States = {
  "stage-live-words": stage(live("words"), { main: "stage.close" }),
  "stage-live-open": stage(live("open"), { main: "stage.close" }),
  ...Object.fromEntries(ofMore),
  "stage-lobby-empty": stage(lobby(0)),
  "stage-lobby": stage(lobby(12), { main: "stage.start" }),
  "stage-lobby-26": stage(lobby(26), { main: "stage.start" }),
  "stage-lobby-300": stage(lobby(300), { main: "stage.start" }),
  "stage-lobby-long": stage(lobby(6, { title: all.LONG_TITLE, players: wide(6) }), { main: "stage.start" }),
  "stage-lobby-locked": stage(lobby(3, { locked: true }), { main: "stage.start" }),
  "stage-ready": stage(ready(question()), { main: "stage.close" }),
  "stage-ready-image": stage(ready(six), { main: "stage.close" }),
  "stage-question": stage(crowd(12, 5), { main: "stage.close" }),
  "stage-question-40": stage(crowd(40, 36), { main: "stage.close" }),
  "stage-question-300": stage(crowd(300, 217), { main: "stage.close" }),
  "stage-question-multiple": stage(crowd(12, 5, {}, KINDS.multiple), { main: "stage.close" }),
  "stage-question-true-false": stage(crowd(12, 5, {}, KINDS.true_false), { main: "stage.close" }),
  "stage-question-poll": stage(crowd(12, 5, {}, KINDS.poll), { main: "stage.close" }),
  "stage-question-six": stage(crowd(26, 20, {}, six), { main: "stage.close" }),
  "stage-question-ten": stage(crowd(12, 5, {}, question({}, ...all.TEN)), { main: "stage.close" }),
  "stage-results-ten": atResults(question({}, ...all.TEN), results({ counts: [3, 6, 2, 0, 1, 4, 2, 0, 5, 1] })),
  "stage-question-untimed": stage(crowd(12, 5, { closes_at: null }, question({ time_limit_ms: null })), {
    main: "stage.close",
  }),
  "stage-question-long": stage(crowd(12, 5, {}, long), { main: "stage.close" }),
  "stage-question-word": stage(crowd(6, 2, { players: wide(6) }, word), { main: "stage.close" }),
  "stage-results": atResults(),
  "stage-results-multiple": atResults(KINDS.multiple, all.FOUND.multiple),
  "stage-results-true-false": atResults(KINDS.true_false, all.FOUND.true_false),
  "stage-results-poll": atResults(KINDS.poll, results({ correct: [], counts: [4, 5, 2], explanation: null })),
  "stage-results-nobody": atResults(question(), missed),
  "stage-results-all-wrong": atResults(question(), results({ counts: [5, 0, 6, 0] })),
  "stage-results-image": atResults(question({ image: all.IMAGE })),
  "stage-results-six": atResults(six, results({ counts, explanation: more })),
  "stage-results-long": atResults(long, results({ counts, explanation: more })),
  "stage-results-word": atResults(word, results({ counts: [3, 6, 2, 0], explanation: all.ADDRESS })),
  "stage-leaderboard": board(undefined, 26),
  "stage-leaderboard-3": board(entries(3)),
  "stage-leaderboard-tied": board(tied(10), 21),
  "stage-leaderboard-long": board(entries(10, (place) => ({ name: all.WIDE_NAMES[place] ?? all.nameOf(place) }))),
  "stage-podium": podium(),
  "stage-podium-1": podium(entries(1)),
  "stage-podium-nobody": podium([], { total: 0, player_count: 0, players: [] }),
  "stage-podium-tied": podium(tied(3), { total: 21, tied: 18 }),
  "stage-podium-no-points": podium(entries(3, () => ({ rank: 1, points: 0, delta: 0 }))),
  "stage-podium-long": podium(
    entries(3, (place) => ({ name: all.WIDE_NAMES[place]! })),
    { title: all.LONG_TITLE },
  ),
  "stage-standings": { ...podium(undefined, {}, atEnd), main: "stage.backToPodium" },
  "stage-standings-many": {
    ...podium(undefined, {}, atEnd),
    answers: { get_results: standings(120, 200) },
    main: "stage.backToPodium",
  },
  "stage-standings-nobody": {
    ...podium([], {}, atEnd),
    answers: { get_results: standings(0) },
    main: "stage.backToPodium",
  },
  "stage-address": stage(lobby(12), { steps: [press("address.heading"), seen("dialog")], stage: false }),
  "stage-address-unknown": stage(lobby(0), {
    before: () => keepToken("host", all.CODE, "token", "Quiz", `http://localhost:8000/join/${all.CODE}`),
  }),
  "stage-address-enclosed": stage(lobby(0), {
    before: () => keepToken("host", all.CODE, "token", "Quiz", `http://localhost:8000/join/${all.CODE}`),
    addresses: { urls: [], enclosure: "container" },
  }),
  "stage-keys": dialog(press("stage.keys")),
  "stage-code": stage(lobby(12), { steps: [click(".enlarge"), seen("dialog svg")] }),
  "stage-code-late": stage(crowd(12, 5), { steps: [click("header .join"), seen("dialog svg")] }),
  "stage-dark": stage(crowd(12, 5), { steps: [key("b"), seen("dialog")], stage: false }),
  "stage-remote": dialog(press("stage.remote")),
  "stage-players": dialog(press("stage.playersHeading")),
  "stage-clock-stopped": stage(crowd(12, 5, { stopped_at: NOW })),
  "stage-earlier": stage(
    closed(question({ index: 2 }), results({ question: 2 }), {
      earlier: { question: MORE["scale"]!.asked, results: MORE["scale"]!.found },
    }),
    { main: "lead.back" },
  ),
  "remote-earlier": remote(
    closed(question({ index: 2 }), results({ question: 2 }), {
      earlier: { question: MORE["scale"]!.asked, results: MORE["scale"]!.found },
    }),
    { main: "lead.back" },
  ),
  "stage-ready-stopped": stage(ready(question(), { stopped_at: NOW }), { main: "stage.close" }),
  "stage-ended-earlier": {
    ...podium(undefined, { earlier: { question: MORE["scale"]!.asked, results: MORE["scale"]!.found } }),
    main: "lead.back",
  },
  "stage-ended-list": {
    ...podium(undefined, {}, [press("lead.earlier"), seen("dialog ol li")]),
    answers: { get_agenda: AGENDA },
    stage: false,
  },
  "stage-lead": leading(stage(closed(question(), results()))),
  "stage-answers": openTexts(stage(wroteOpen())),
  "stage-missing": stage(crowd(300, 217), { steps: [press("stage.whoIsMissing")], stage: false }),
  "stage-player-menu": stage(
    lobby(12, { players: players(12, () => ({ asks_extra_time: true, extra_time_percent: 25 })) }),
    { steps: [press("stage.playerMenu", { name: "Amara" }), seen("dialog")], stage: false },
  ),
  "stage-player-away": away(false),
  "stage-seat-offered": away(true),
  "stage-name-held": stage(lobby(12, { players: players(12, heldFirst) }), {
    steps: [press("stage.playerMenu", { name: "Player 1" }), press("name.look"), seen("dialog strong")],
    stage: false,
  }),
  "stage-names-held": stage(crowd(12, 5, { players: players(12, heldFirst) }), { main: "stage.close" }),
  "stage-removed": stage(lobby(12), {
    steps: [press("stage.playerMenu", { name: "Amara" }), press("stage.remove"), seen("[role=status] button, .undo")],
    stage: false,
  }),
  "stage-end": dialog(press("stage.end")),
  "stage-auto": stage(crowd(12, 5, { paused: true, settings: { ...session().settings, auto_advance_ms: 5000 } })),
  "stage-offline": stage(crowd(12, 5), closing(1006)),
  "stage-resuming": { ...stage(session()), resumed: "silence", stage: false },
  "stage-closed": stage(session(), closing(4500, [{ type: "session_closed", reason: "idle", seq: 9 }])),
};

const REMOTE: States = {
  "remote-live-words": remote(live("words"), { main: "stage.close" }),
  "remote-live-open": remote(live("open"), { main: "stage.close" }),
  "remote-lobby": remote(lobby(12), { main: "stage.start" }),
  "remote-lobby-long": remote(lobby(6, { title: all.LONG_TITLE, players: wide(6) }), { main: "stage.start" }),
  "remote-question": remote(crowd(12, 5), { main: "stage.close" }),
  "remote-question-word": remote(crowd(12, 5, { title: all.LONG_WORD.repeat(3) }, word), { main: "stage.close" }),
  "remote-results": remote(closed(question(), results()), { main: "stage.next" }),
  "remote-results-six": remote(closed(six, results({ counts })), { main: "stage.next" }),
  "remote-lead": leading(remote(closed(question(), results()))),
  "remote-lead-open": leading(remote(crowd(12, 5))),
  "remote-name-held": remote(lobby(12, { players: players(12, heldFirst) }), {
    steps: [click(".asking"), seen("dialog li")],
    stage: false,
  }),
  "stage-answers-held": heldTexts(stage(wroteWords())),
  "remote-answers-held": heldTexts(remote(wroteWords())),
  "remote-answers": openTexts(remote(wroteOpen())),
  "remote-answers-open": openTexts(remote(crowd(12, 5, {}, MORE["open"]!.asked))),
  "remote-answers-merging": {
    ...openTexts(remote(wroteOpen())),
    steps: [press("answers.heading"), press("answers.mergeThis", { text: "A longer lunch" }), seen("dialog .merging")],
  },
  "remote-ended": remote(
    session({ phase: "ended", podium: entries(3, (place) => ({ name: all.WIDE_NAMES[place]! })) }),
  ),
  "remote-end": remote(lobby(12), { steps: [press("stage.end")] }),
  "remote-over": {
    page: "host",
    address: `/host#remote=${all.CODE}.token`,
    resumed: { code: "invalid_token", message: "over" },
  },
  "remote-elsewhere": remote(lobby(12), { close: 4502 }),
};

export const HOST: States = { ...STAGE, ...REMOTE };
