/** Who plays and what is asked in the gallery: builders of the wire's messages with what most states have in common. */

import type {
  HostPlayer,
  LeaderboardEntry,
  PublicQuestion,
  QuestionKind,
  QuestionResults,
  Resumed,
  SessionView,
  You,
} from "../../wire/protocol";
import { NOW } from "../server";

export const CODE = "839741";
export const TITLE = "Around the world";
const NAMES =
  "Amara Ben Chiara Dmitri Elif Fatou Goro Hana Ivan Jun Kofi Lena Mateo Nour Olga Priya Quinn Rosa Sven Tariq Uma Viktor Wei Xenia Yusuf Zoe".split(
    " ",
  );
/** As long as a name may be, and as wide as letters get. */
export const WIDE_NAMES = [
  "Bartholomew-Maximiliano",
  "W".repeat(24),
  "Anna Maria von der Heide",
  "عبد الرحمن الأندلسي",
];
const AVATARS = "1 2 3 4 5 6 7 8 9 a b c d e f g i j k l m n o p r t".split(" ");
const SETTINGS: SessionView["settings"] = {
  live_texts: false,
  lead_ms: 3000,
  show_question_on_player: true,
  auto_advance_ms: null,
  max_players: 2000,
  streak_bonus: false,
  randomize_options: false,
  randomize_questions: false,
  grace_ms: 250,
  scoring: "speed",
  penalty: 0,
  ranking: "question",
  rank_on_players: true,
  filter: "hold",
  stand_in: "Player",
};
export const LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitän";
export const ADDRESS = "https://quiz.example.org/really/long/paths/without-any-space?and=1&more=2&words=3";
export const LONG_OPTION =
  "A sentence of two hundred letters takes its time, since it has to say what is meant with every condition, exception and remark that somebody thought of when the question was discussed by all of them.";
export const LONG_TITLE =
  "The great end of year quiz of the department of comparative linguistics and its friends from abroad";
export const EXPLANATION = "Canberra was founded in 1913, half-way between the rivals Sydney and Melbourne.";
export const IMAGE = "/images/circuits-1.svg";

export function nameOf(place: number): string {
  const round = Math.floor(place / NAMES.length);
  return `${NAMES[place % NAMES.length]}${round ? ` ${round + 1}` : ""}`;
}

export function question(change: Partial<PublicQuestion> = {}, ...options: string[]): PublicQuestion {
  const texts = options.length > 0 ? options : ["Sydney", "Canberra", "Melbourne", "Perth"];
  return {
    index: 0,
    total: 3,
    kind: "single",
    text: "Which of these cities is the capital of Australia?",
    image: null,
    options: texts.map((text) => ({ text })),
    points: 1000,
    time_limit_ms: 20_000,
    ...change,
  };
}

export function results(change: Partial<QuestionResults> = {}): QuestionResults {
  return {
    type: "question_results",
    question: 0,
    correct: [1],
    counts: [3, 6, 2, 0],
    answered: 11,
    total: 12,
    explanation: EXPLANATION,
    solution: null,
    tally: null,
    advances_at: null,
    seq: 5,
    ...change,
  };
}

export function entries(count: number, change: (place: number) => Partial<LeaderboardEntry> = () => ({})) {
  return Array.from({ length: count }, (_, place): LeaderboardEntry => {
    const points = 2870 - place * 183;
    return {
      rank: place + 1,
      player_id: `p${place}`,
      name: nameOf(place),
      avatar: AVATARS[place % AVATARS.length]!,
      points,
      delta: place % 3 === 2 ? 0 : 940 - place * 30,
      previous_rank: place === 2 ? 7 : place + 1,
      streak: place % 4 === 0 ? 3 : 0,
      ...change(place),
    };
  });
}

export function players(count: number, change: (place: number) => Partial<HostPlayer> = () => ({})): HostPlayer[] {
  return Array.from({ length: count }, (_, place) => ({
    id: `p${place}`,
    name: nameOf(place),
    avatar: AVATARS[place % AVATARS.length]!,
    connected: true,
    answered: false,
    points: 0,
    extra_time_percent: 0,
    asks_extra_time: false,
    ...change(place),
  }));
}

export function session(change: Partial<SessionView> = {}): SessionView {
  return {
    code: CODE,
    title: TITLE,
    phase: "lobby",
    seq: 5,
    locked: false,
    player_count: 12,
    settings: SETTINGS,
    server_time: NOW,
    host_connected: true,
    paused: false,
    ...change,
  };
}

/** An open question, of whose time a part has passed. */
export function open(asked: PublicQuestion, change: Partial<SessionView> = {}): SessionView {
  const times = { opens_at: NOW - 5_000, closes_at: NOW + (asked.time_limit_ms ?? 0) - 5_000 };
  return session({ phase: "question", question: asked, ...times, answered: 7, total: 12, ...change });
}

/** The seconds before a question opens. */
export function ready(asked: PublicQuestion, change: Partial<SessionView> = {}): SessionView {
  return open(asked, { opens_at: NOW + 2_500, closes_at: NOW + 22_500, answered: 0, ...change });
}

export function closed(asked: PublicQuestion, found = results(), change: Partial<SessionView> = {}): SessionView {
  const { answered, total } = found;
  return session({ phase: "results", question: asked, results: found, answered, total, ...change });
}

export function you(change: Partial<You> = {}): You {
  return {
    player_id: "p3",
    name: "Dmitri",
    avatar: "4",
    total_points: 1874,
    rank: 4,
    streak: 0,
    answered: false,
    answer: null,
    extra_time_percent: 0,
    asks_extra_time: false,
    ...change,
  };
}

export function asPlayer(shown: SessionView, me: You = you()): Omit<Resumed, "type"> {
  return { role: "player", code: CODE, player_id: me.player_id, session: shown, you: me };
}

export function asHost(shown: SessionView, remote = false): Omit<Resumed, "type"> {
  const everybody = shown.players ?? players(Math.min(shown.player_count, 300));
  return { role: "host", code: CODE, session: { ...shown, players: everybody }, remote };
}

export const KINDS: Record<Extract<QuestionKind, "single" | "multiple" | "true_false" | "poll">, PublicQuestion> = {
  single: question(),
  multiple: question(
    { kind: "multiple", text: "Which of these countries have no coast on any sea?" },
    "Bolivia",
    "Chile",
    "Mongolia",
    "Portugal",
  ),
  true_false: question({ kind: "true_false", text: "The Nile flows from south to north." }, "True", "False"),
  poll: question({ kind: "poll", text: "Where shall we go next year?" }, "Mountains", "Sea", "A large city"),
};
/** What is told of them when they are closed. */
export const FOUND: Record<"multiple" | "true_false", QuestionResults> = {
  multiple: results({
    correct: [0, 2],
    counts: [7, 3, 6, 1],
    explanation: "Bolivia lost its coast to Chile in 1884; Mongolia lies between Russia and China.",
  }),
  true_false: results({
    correct: [0],
    counts: [9, 2],
    explanation: "It rises south of the equator and ends in the Mediterranean Sea.",
  }),
};
/** As many options as there can be. */
export const TEN = "Lisbon Madrid Paris Berlin Warsaw Vienna Rome Athens Helsinki Reykjavik".split(" ");
export const SIX = ["About 12", "About 90", "About 900", "About 9,000", "About 90,000", "About 1.2 million"];
