/** Rulings: the host's dialog on stage and remote, what everybody sees of one, and what a player is told. */

import type {
  AnswerGroup,
  PublicQuestion,
  QuestionResults,
  QuestionSummary,
  Results,
  Ruled,
  Ruling,
  YourResult,
} from "../../wire/protocol";
import { click, press, seen } from "../hand";
import type { Script } from "../server";
import type { State, States } from "../state";
import { remote, stage } from "./host";
import { MORE } from "./kinds";
import * as all from "./people";
import { final, verdict } from "./player";

const { closed, entries, question, results } = all;

const made = (change: Partial<Ruling>): Required<Ruling> => ({
  accept: null,
  share: 100,
  void: false,
  points: null,
  player_id: null,
  ...change,
});
const SYDNEY = made({ accept: 0 });
const GIVEN = made({ points: 300, player_id: "p4" });
const VOID = made({ void: true });
const ruled = (...rulings: Required<Ruling>[]) => rulings.map((ruling, at) => ({ number: at + 1, ruling }));

function summary(
  asked: PublicQuestion,
  found: QuestionResults,
  change: Partial<QuestionSummary> = {},
): QuestionSummary {
  const { index, kind, text, points, time_limit_ms } = asked;
  const { correct, counts, answered, total, solution, tally, rulings } = found;
  const options = asked.options.map((option) => option.text);
  const shown = { index, kind, text, points, time_limit_ms, options, correct, counts, answered, total };
  return { ...shown, solution: solution ?? { correct }, tally, rulings, ...change };
}

const { asked: TEXT, found: TEXTS } = MORE.text!;
const ASKED = question({ index: 2 });
const SEVERAL: Omit<Results, "reply_to"> = {
  type: "results",
  title: all.TITLE,
  questions: [
    summary(TEXT, TEXTS, { rulings: ruled(made({ accept: "the one with the parliament", share: 50 })) }),
    summary(question({ index: 1, kind: "true_false", text: all.LONG_OPTION }, "True", "False"), results()),
    summary(ASKED, results({ rulings: [{ number: 2, ruling: GIVEN }] })),
  ],
  players: [],
  next_offset: null,
};
const written = (text: string, count: number, share: number): AnswerGroup => ({ text, count, share, player_ids: [] });
const BOARD = entries(10);
const AFTER = entries(10, (place) => {
  const from = [1, 0, 2, 5, 3, 4, 6, 7, 8, 9][place]!;
  const { player_id, name, avatar } = BOARD[from]!;
  return { player_id, name: from === 5 ? all.WIDE_NAMES[0]! : name, avatar, points: 2990 - place * 170 };
});
const PREVIEW: Omit<Ruled, "reply_to"> = { type: "ruled", number: null, before: BOARD, after: AFTER, moved: 7 };
const answers: Script["answers"] = {
  get_results: SEVERAL,
  rule: PREVIEW,
  get_answers: {
    type: "answers",
    question: 0,
    answers: [
      ...(TEXTS.tally?.groups ?? []),
      ...Array.from({ length: 194 }, (_, n) => ({ text: `Answer ${n}`, count: 1, share: 0 })),
    ].map(({ text, count, share }) => written(text, count, share ?? 0)),
    next_offset: 200,
  },
};
const opened = { answers, steps: [press("stage.ruling"), seen("dialog ul")], stage: false, main: undefined };
const tapped = { answers, steps: [click("[data-option='0'] button"), seen(".boards")], stage: false };
const doubted = results({ doubt: { accept: 0, chosen: 5, leaders: 7, index: -43 } });

const HOST: States = {
  "stage-ruling": stage(closed(ASKED), opened),
  "stage-ruling-text": stage(closed(TEXT, TEXTS), opened),
  "stage-ruling-preview": stage(closed(question()), tapped),
  "stage-ruling-preview-text": stage(closed(TEXT, TEXTS), {
    ...tapped,
    steps: [press("result.rule", { text: "Sydney" }), seen(".boards")],
  }),
  "stage-ruling-preview-secret": stage(
    closed(question(), results(), { settings: { ...all.session().settings, ranking: "end" } }),
    { ...tapped, steps: [click("[data-option='0'] button"), seen(".moved")] },
  ),
  "stage-ruled": stage(closed(question(), results({ correct: [0, 1], rulings: ruled(SYDNEY, GIVEN) })), {
    main: "stage.leaderboard",
  }),
  "stage-ruled-void": stage(closed(question(), results({ void: true, rulings: ruled(VOID) })), {
    main: "stage.leaderboard",
  }),
  "stage-ruled-text": stage(
    closed(TEXT, { ...TEXTS, rulings: ruled(made({ accept: "the one with the parliament", share: 50 })) }),
    { main: "stage.leaderboard" },
  ),
  "remote-doubt": remote(closed(question(), doubted), { main: "stage.next" }),
  "remote-ruled": remote(closed(question(), results({ correct: [0, 1], rulings: ruled(SYDNEY) })), {
    main: "stage.next",
  }),
  "remote-ruling": remote(closed(ASKED), opened),
  "remote-ruling-preview": remote(closed(question(), doubted), {
    answers,
    steps: [press("stage.doubt.accept"), seen(".boards")],
  }),
};

/** After a ruling about question 0, which was the last one or not. */
function told(points: number, ruling: Required<Ruling>, change: Partial<YourResult> = {}): YourResult {
  return {
    type: "your_result",
    question: 0,
    answered: true,
    correct: true,
    points: 850,
    total_points: 1874,
    rank: 4,
    streak: 0,
    response_ms: 2300,
    share: 100,
    ruling: { number: 1, points, undone: false, ruling },
    ...change,
  };
}

const accepted = closed(question(), results({ correct: [0, 1], rulings: ruled(SYDNEY) }));
const PLAYER: Record<string, State> = {
  "player-ruling-more": verdict(accepted, told(850, SYDNEY)),
  "player-ruling-fewer": verdict(closed(question(), results({ void: true, rulings: ruled(VOID) })), {
    ...told(-874, VOID),
    correct: null,
    share: null,
    points: 0,
  }),
  "player-ruling-earlier": verdict(
    closed(question({ index: 1 }), results({ question: 1 })),
    { question: 1 },
    {
      revised: told(300, made({ accept: "the one with the parliament", share: 50 })),
    },
  ),
  "player-ruling-final": final({}, entries(3), { revised: told(-50, made({ points: -50, player_id: "p3" })) }),
};

export const RULINGS: States = { ...HOST, ...PLAYER };
