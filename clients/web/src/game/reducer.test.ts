import { expect, test } from "vitest";
import type { AnyServerMessage, LiveTally, PublicQuestion, QuizEnded, SessionView, YourResult } from "../wire/protocol";
import { YOU } from "../wire/fakes";
import { type View, reduce } from "./reducer";

const question: PublicQuestion = {
  index: 0,
  total: 2,
  kind: "single",
  text: "Capital of Kenya?",
  image: null,
  options: [{ text: "Nairobi" }, { text: "Mombasa" }],
  points: 1000,
  time_limit_ms: 10_000,
};
const session: SessionView = {
  code: "123456",
  title: "Capitals",
  phase: "lobby",
  seq: 3,
  locked: false,
  player_count: 0,
  settings: {} as SessionView["settings"],
  server_time: 1,
  host_connected: true,
  paused: false,
};
const ada = { id: "a", name: "Ada", avatar: "1" };
const bob = { id: "b", name: "Bob", avatar: "2" };
const result: YourResult = {
  type: "your_result",
  question: 0,
  answered: true,
  correct: true,
  points: 900,
  total_points: 900,
  rank: 2,
  streak: 1,
  response_ms: 800,
  share: null,
};

function after(view: View | null, ...messages: AnyServerMessage[]): View {
  return messages.reduce<View | null>(reduce, view) as View;
}

const host = (...messages: AnyServerMessage[]) =>
  after(
    null,
    { type: "session_created", code: "123456", host_token: "t", join_url: "http://h/join/123456", session },
    ...messages,
  );
const player = (...messages: AnyServerMessage[]) =>
  after(
    null,
    { type: "joined", code: "123456", player_id: "a", player_token: "t", name: "Ada", avatar: "1", session },
    ...messages,
  );
const opened: AnyServerMessage = { type: "new_question", seq: 4, question, opens_at: 1000, closes_at: 11_000 };
const closed: AnyServerMessage = {
  type: "question_results",
  seq: 5,
  question: 0,
  correct: [0],
  counts: [1, 0],
  answered: 1,
  total: 2,
  explanation: null,
  advances_at: null,
  solution: null,
  tally: null,
};

test("a message before there is a session changes nothing", () => {
  expect(reduce(null, opened)).toBeNull();
});

test("a broadcast that was seen already changes nothing", () => {
  const view = player(opened, closed);
  expect(reduce(view, opened)).toBe(view);
  expect(reduce(view, { ...closed, counts: [9, 9] })).toBe(view);
});

test("'resumed' replaces everything, seq included", () => {
  const view = after(player(opened), {
    type: "resumed",
    role: "player",
    code: "123456",
    session: { ...session, phase: "ended", seq: 9 },
    you: {
      ...ada,
      player_id: "a",
      total_points: 5,
      rank: 1,
      streak: 0,
      answered: false,
      answer: null,
      extra_time_percent: 0 as const,
      asks_extra_time: false,
    },
  });
  expect(view).toMatchObject({ phase: "ended", seq: 9, you: { total_points: 5 } });
  expect(view.question).toBeUndefined();
});

test("a seat that was there before has what its player had", () => {
  const you = { ...YOU, total_points: 900, rank: 2, streak: 1 };
  const view = after(null, {
    type: "joined",
    code: "123456",
    player_id: "a",
    player_token: "t",
    name: "Ada",
    avatar: "1",
    session,
    you,
  });
  expect(view.you).toEqual(you);
});

test("the host sees a seat offered until its player is back", () => {
  const offered = host(
    { type: "players_joined", players: [ada], player_count: 1 },
    { type: "players_left", player_ids: ["a"], player_count: 0, reason: "disconnected" },
    { type: "seat_offered", player_id: "a", offered: true },
  );
  expect(offered.players.get("a")?.seat_offered).toBe(true);
  const back = after(offered, { type: "seat_offered", player_id: "a", offered: false });
  expect(back.players.get("a")?.seat_offered).toBeUndefined();
});

test("the host sees players come, drop out, return, leave and be removed", () => {
  const joined = host({ type: "players_joined", players: [ada, bob], player_count: 2 });
  expect([...joined.players.keys()]).toEqual(["a", "b"]);
  const dropped = after(joined, { type: "players_left", player_ids: ["a"], player_count: 1, reason: "disconnected" });
  expect(dropped.players.get("a")?.connected).toBe(false);
  const back = after(dropped, { type: "players_returned", player_ids: ["a"], player_count: 2 });
  expect(back.players.get("a")?.connected).toBe(true);
  const gone = after(back, { type: "players_left", player_ids: ["b"], player_count: 1, reason: "kicked" });
  expect([...gone.players.keys()]).toEqual(["a"]);
  expect(joined.players.size).toBe(2);
});

test("a new question clears what belonged to the last one", () => {
  const view = player(opened, { type: "answer_accepted", question: 0, received_at: 1, counted_at: 1 }, closed, result, {
    ...opened,
    seq: 6,
  });
  expect(view).toMatchObject({
    phase: "question",
    answered: 0,
    you: { answered: false, total_points: 900, streak: 1 },
  });
  expect(view.results).toBeUndefined();
  expect(view.you?.result).toBeUndefined();
});

test("the host sees who has answered, and it is forgotten at the next question", () => {
  const asked = host({ type: "players_joined", players: [ada, bob], player_count: 2 }, opened);
  expect(asked.total).toBe(2);
  const answered = after(asked, { type: "answer_progress", question: 0, answered: 1, total: 2, player_ids: ["b"] });
  expect(answered.players.get("b")?.answered).toBe(true);
  expect(answered).toMatchObject({ answered: 1, total: 2 });
  expect(after(answered, { ...opened, seq: 6 }).players.get("b")?.answered).toBe(false);
});

test("progress of another question changes nothing", () => {
  const view = player(opened);
  expect(reduce(view, { type: "answer_progress", question: 1, answered: 1, total: 1 })).toBe(view);
});

test("results, own result and leaderboard make up the results phase", () => {
  const view = player(opened, closed, result, { type: "leaderboard", seq: 6, question: 0, entries: [], total: 2 });
  expect(view).toMatchObject({ phase: "results", seq: 6, results: { correct: [0] }, leaderboard: { total: 2 } });
  expect(view.you).toMatchObject({ total_points: 900, rank: 2, result: { correct: true } });
});

test("the end has the podium and the player's own final place", () => {
  const view = player(
    { type: "quiz_ended", tied: 0, seq: 7, podium: [], total: 3, questions: 2 },
    {
      type: "your_final",
      rank: 2,
      points: 900,
      correct: 1,
      questions: 2,
      best_streak: 1,
      average_response_ms: 800,
    },
  );
  expect(view).toMatchObject({ phase: "ended", podium: [], you: { final: { rank: 2 } } });
});

test("players are told that the host is away and back", () => {
  const away = player({ type: "host_left", seq: 4 });
  expect(away.host_connected).toBe(false);
  expect(after(away, { type: "host_returned", seq: 5 }).host_connected).toBe(true);
});

test("a lock and the number of players in the lobby are kept", () => {
  expect(player({ type: "session_locked", seq: 4, locked: true }, { type: "lobby", player_count: 12 })).toMatchObject({
    locked: true,
    player_count: 12,
  });
});

test("more time for the question moves its closing, and that of a player with extra time in proportion", () => {
  const granted = after(player(), { type: "your_extra_time", percent: 50 }, opened);
  const message = { type: "question_extended", seq: 5, question: question.index, time_limit_ms: 20_000 } as const;
  const longer = after(granted, { ...message, closes_at: 21_000 });
  expect(longer).toMatchObject({ closes_at: 21_000, question: { time_limit_ms: 20_000 }, you: { closes_at: 31_000 } });
  expect(after(granted, { ...message, question: 7, closes_at: 1 }).closes_at).toBe(opened.closes_at);
});

test("extra time holds from the next question on, for that player's closing alone", () => {
  const granted = player(opened, { type: "your_extra_time", percent: 50 });
  expect(granted.you).toMatchObject({
    extra_time_percent: 50,
    asks_extra_time: false,
    closes_at: opened.opens_at + 10_000,
  });
  const next = after(granted, { ...opened, seq: 9 });
  expect(next.you?.closes_at).toBe(opened.opens_at + 15_000);
  expect(next.closes_at).toBe(opened.closes_at);
});

test("the notes of a question are the host's until the next one opens", () => {
  const notes = { type: "question_notes", question: 0, notes: "Slowly." } as const;
  const noted = host(opened, notes);
  expect(noted.notes).toBe("Slowly.");
  expect(after(noted, { ...notes, question: 7, notes: "Of another one." }).notes).toBe("Slowly.");
  expect(after(noted, { ...opened, seq: 21 }).notes).toBeNull();
});

test("a question that was added makes the quiz longer, and changes nothing else", () => {
  const before = host(opened);
  const next = reduce(before, { type: "question_added", seq: before.seq + 1, total: 9 })!;
  expect(next).toEqual({ ...before, seq: before.seq + 1, question: { ...before.question, total: 9 } });
});

test("when the clock runs again, everything is as much later as it stood, also for a player with extra time", () => {
  const playing = player(opened);
  const mine = { ...playing, you: { ...playing.you!, closes_at: 16_000 } };
  const clock = { type: "question_clock", question: 0, opens_at: 1000, closes_at: 11_000 } as const;
  const stopped = after(mine, { ...clock, seq: 5, stopped_at: 4000 });
  expect([stopped.stopped_at, stopped.closes_at, stopped.you?.closes_at]).toEqual([4000, 11_000, 16_000]);
  const going = after(stopped, { ...clock, seq: 6, stopped_at: null, opens_at: 3000, closes_at: 13_000 });
  expect([going.stopped_at, going.opens_at, going.closes_at, going.you?.closes_at]).toEqual([
    null,
    3000,
    13_000,
    18_000,
  ]);
});

test("earlier results are shown until they are put away, or another question opens", () => {
  const results = host(opened, closed);
  const earlier = { question, results: results.results! };
  const again = after(results, { type: "earlier_shown", earlier });
  expect(again.earlier).toEqual(earlier);
  const longer = after(again, { type: "question_added", seq: again.seq + 1, total: 7 });
  expect([longer.question?.total, longer.earlier?.question.total]).toEqual([7, 7]);
  const podium = (seq: number): QuizEnded => ({ type: "quiz_ended", podium: [], total: 2, questions: 7, tied: 0, seq });
  const ended = after(longer, podium(90));
  expect(ended.earlier).toBeUndefined();
  const atPodium = after(ended, { type: "earlier_shown", earlier });
  expect(after(atPodium, podium(91)).earlier, "a ruling says the end again").toEqual(earlier);
  expect(after(longer, { type: "earlier_shown", earlier: null }).earlier).toBeUndefined();
  expect(after(longer, { ...opened, seq: 99, question: { ...question, index: 1 } }).earlier).toBeUndefined();
});

test("what is written is known until the close, or until the host wants it no more", () => {
  const words: LiveTally = {
    type: "live_tally",
    question: 0,
    tally: { words: [{ text: "calm", count: 2 }], distinct: 1 },
  };
  const asked = host(opened, { type: "live_shown", shown: true }, words);
  expect([asked.live, asked.live_tally]).toEqual([true, words]);
  expect(after(asked, { ...words, question: 1 }).live_tally).toEqual(words);
  expect(after(asked, { type: "live_shown", shown: false })).toMatchObject({ live: false, live_tally: undefined });
  expect(after(asked, closed)).toMatchObject({ live: true, live_tally: undefined });
});

test("a player who is renamed has the new name wherever one is shown", () => {
  const entry = { rank: 1, avatar: "1", points: 9, delta: 9, previous_rank: null, streak: 1 };
  const entries = [
    { ...entry, player_id: "a", name: "Player 1" },
    { ...entry, player_id: "b", name: "Bob" },
  ];
  const shown = { type: "player_renamed", player_id: "a", name: "Ada", seq: 9 } as const;
  const board = { type: "leaderboard", question: 0, entries, total: 2, seq: 3 } as const;
  const joined = { type: "joined", code: "123456", player_id: "a", player_token: "t", name: "Player 1" } as const;
  const player = reduce(null, {
    ...joined,
    avatar: "1",
    name_withheld: true,
    session: { ...session, leaderboard: board, podium: entries },
  })!;
  expect(player.you).toMatchObject({ name: "Player 1", name_withheld: true });
  const after = reduce(player, shown)!;
  expect(after.you).toMatchObject({ name: "Ada", name_withheld: undefined });
  expect(after.leaderboard?.entries.map(({ name }) => name)).toEqual(["Ada", "Bob"]);
  expect(after.podium?.map(({ name }) => name)).toEqual(["Ada", "Bob"]);
  const hidden = reduce(after, { ...shown, name: "Player 1", seq: 10 })!;
  expect(hidden.you).toMatchObject({ name: "Player 1", name_withheld: true });

  const players = [
    {
      ...ada,
      ...{ connected: true, answered: false, points: 0, extra_time_percent: 0 as const, asks_extra_time: false },
      withheld: "a word",
    },
  ];
  const host = reduce(null, {
    type: "resumed",
    role: "host",
    code: "123456",
    session: { ...session, players },
  })!;
  expect(reduce(host, shown)!.players.get("a")).toMatchObject({ name: "Ada", withheld: undefined });
  expect(reduce(host, { ...shown, player_id: "gone" })!.players.size).toBe(1);
});
