/**
 * What a page knows of its session: `(view, message) -> view`, pure.
 *
 * Field names are the wire's. Broadcasts up to the `seq` already seen change nothing; `joined`, `resumed`
 * and `session_created` replace everything. Players are known to the host only.
 */

import type {
  AnswerProgress,
  AnyServerMessage,
  HostPlayer,
  LeaderboardEntry,
  LiveTally,
  NewQuestion,
  PlayerRenamed,
  QuestionClock,
  PublicQuestion,
  QuestionExtended,
  QuestionNotes,
  QuestionResults,
  QuizEnded,
  QuizPaused,
  Role,
  RosterEntry,
  SessionView,
  You,
  YourResult,
} from "../wire/protocol";

export interface View extends Omit<SessionView, "players"> {
  role: Role;
  /** By id, in order of joining. Empty for a player. */
  players: ReadonlyMap<string, HostPlayer>;
  join_url?: string;
  you?: You;
}

/** The view after `message`; null until there is a session. */
export function reduce(view: View | null, message: AnyServerMessage): View | null {
  switch (message.type) {
    case "session_created":
      return { ...whole("host", message.session), join_url: message.join_url };
    case "joined": {
      const { player_id, name, avatar, name_withheld } = message;
      const fresh = { total_points: 0, rank: null, streak: 0, answered: false, answer: null } as const;
      const you = {
        player_id,
        name,
        avatar,
        name_withheld,
        ...fresh,
        extra_time_percent: 0,
        asks_extra_time: false,
      } as const;
      return { ...whole("player", message.session), you: message.you ?? you };
    }
    case "resumed":
      return {
        ...whole(message.role, message.session),
        join_url: message.join_url ?? view?.join_url,
        you: message.you,
      };
  }
  if (!view || ("seq" in message && message.seq <= view.seq)) return view;
  const next = change(view, message);
  return "seq" in message ? { ...next, seq: message.seq } : next;
}

/** What only an open question has. */
const NOT_OPEN = { opens_at: undefined, closes_at: undefined, stopped_at: undefined, live_tally: undefined } as const;

function whole(role: Role, session: SessionView): View {
  return { ...session, role, players: new Map(session.players?.map((player) => [player.id, player])) };
}

function change(view: View, message: AnyServerMessage): View {
  switch (message.type) {
    case "session_locked":
      return { ...view, locked: message.locked };
    case "quiz_paused":
      return paused(view, message);
    case "extra_time_asked":
      return marked(view, message.player_ids, { asks_extra_time: true });
    case "extra_time_set":
      return marked(view, [message.player_id], { extra_time_percent: message.percent, asks_extra_time: false });
    case "seat_offered":
      return marked(view, [message.player_id], { seat_offered: message.offered || undefined });
    case "your_extra_time":
      return { ...view, you: view.you && { ...view.you, extra_time_percent: message.percent, asks_extra_time: false } };
    case "player_renamed":
      return renamed(view, message);
    case "session_continues":
      return { ...view, continues_in: message.code };
    case "host_left":
    case "host_returned":
      return { ...view, host_connected: message.type === "host_returned" };
    case "lobby":
      return { ...view, player_count: message.player_count };
    case "players_joined":
      return { ...view, player_count: message.player_count, players: joined(view.players, message.players) };
    case "players_left":
    case "players_returned":
      return { ...view, player_count: message.player_count, players: moved(view.players, message) };
    case "new_question":
      return opened(view, message);
    case "question_clock":
    case "question_notes":
    case "question_extended":
    case "answer_progress":
    case "live_tally":
      return message.question === view.question?.index ? changeOpen(view, message) : view;
    case "question_added":
      return lengthened(view, message.total);
    case "live_shown":
      return { ...view, live: message.shown, live_tally: undefined };
    case "earlier_shown":
      return { ...view, earlier: message.earlier ?? undefined };
    case "answer_accepted":
      return view.you ? { ...view, you: { ...view.you, answered: true } } : view;
    case "question_results":
      return closed(view, message);
    case "your_result":
      return view.you ? { ...view, you: { ...view.you, ...judged(view, message) } } : view;
    case "leaderboard":
      return { ...view, leaderboard: message };
    case "quiz_ended":
      return ended(view, message);
    case "your_final":
      return { ...view, you: view.you && { ...view.you, rank: message.rank, final: message } };
    default:
      return view;
  }
}

type AboutOpen = QuestionClock | QuestionNotes | QuestionExtended | AnswerProgress | LiveTally;

function changeOpen(view: View, message: AboutOpen): View {
  switch (message.type) {
    case "question_clock":
      return clocked(view, message);
    case "question_notes":
      return { ...view, notes: message.notes };
    case "question_extended":
      return extended(view, message);
    case "answer_progress":
      return progressed(view, message);
    case "live_tally":
      return { ...view, live_tally: message };
  }
}

function marked(view: View, ids: readonly string[], marks: Partial<HostPlayer>): View {
  return { ...view, players: update(view.players, ids, (player) => ({ ...player, ...marks })) };
}

/** A player has another name, wherever one is shown. */
function renamed(view: View, { player_id, name, withheld }: PlayerRenamed): View {
  const { you, podium, leaderboard } = view;
  const inPlace = (entry: LeaderboardEntry) => (entry.player_id === player_id ? { ...entry, name } : entry);
  return {
    ...view,
    players: update(view.players, view.players.has(player_id) ? [player_id] : [], (player) => ({
      ...player,
      name,
      withheld,
    })),
    you: you?.player_id === player_id ? { ...you, name, name_withheld: you.name_withheld ? undefined : true } : you,
    podium: podium?.map(inPlace),
    leaderboard: leaderboard && { ...leaderboard, entries: leaderboard.entries.map(inPlace) },
  };
}

function opened(view: View, { question, opens_at, closes_at, total }: NewQuestion): View {
  return {
    ...view,
    phase: "question",
    question,
    opens_at,
    closes_at,
    stopped_at: null,
    live_tally: undefined,
    answered: 0,
    // A server of version 0.1.0 does not say how many there are.
    total: total ?? view.player_count,
    // Those that there are follow.
    notes: view.role === "host" ? null : undefined,
    results: undefined,
    leaderboard: undefined,
    earlier: undefined,
    advances_at: undefined,
    players: mapped(view.players, (player) => ({ ...player, answered: false })),
    you: view.you && {
      ...view.you,
      answered: false,
      answer: null,
      closes_at: ownClosing(view.you, opens_at, question),
      result: undefined,
      revised: undefined,
    },
  };
}

/** The open question has more time; a player with extra time gets as much more in proportion. */
function extended(view: View, { time_limit_ms, closes_at }: QuestionExtended): View {
  const { question, opens_at = 0, you } = view;
  if (!question?.time_limit_ms) return view;
  const factor = time_limit_ms / question.time_limit_ms;
  const own = you?.closes_at && Math.floor(opens_at + (you.closes_at - opens_at) * factor);
  return { ...view, closes_at, question: { ...question, time_limit_ms }, you: you && { ...you, closes_at: own } };
}

/** The clock has stopped, or runs again: then all moments are as much later as it stood. */
function clocked(view: View, { stopped_at, opens_at, closes_at }: QuestionClock): View {
  const later_ms = opens_at - (view.opens_at ?? opens_at);
  const { you } = view;
  const own = you?.closes_at && you.closes_at + later_ms;
  return { ...view, stopped_at, opens_at, closes_at, you: you && { ...you, closes_at: own } };
}

function paused(view: View, { paused, advances_at }: QuizPaused): View {
  return { ...view, paused, advances_at: view.phase === "results" ? advances_at : undefined };
}

/** The quiz has more questions, wherever that is shown. */
function lengthened(view: View, total: number): View {
  const { question, earlier } = view;
  return {
    ...view,
    question: question && { ...question, total },
    earlier: earlier && { ...earlier, question: { ...earlier.question, total } },
  };
}

/** The last moment of a player with extra time. */
function ownClosing(you: You, opens_at: number, question: PublicQuestion): number | null {
  if (question.time_limit_ms === null) return null;
  return opens_at + Math.floor((question.time_limit_ms * (100 + you.extra_time_percent)) / 100);
}

function closed(view: View, results: QuestionResults): View {
  // After a ruling the results of an earlier question come again, also when the quiz has ended.
  if (view.phase === "results" ? results.question !== view.question?.index : view.phase !== "question") return view;
  const { answered, total, advances_at } = results;
  const you = view.you && { ...view.you, closes_at: undefined };
  return { ...view, phase: "results", results, answered, total, advances_at, ...NOT_OPEN, you };
}

/** A player's part after a result: one of another question than the last is what a ruling has changed about it. */
function judged(view: View, message: YourResult): Partial<You> {
  const { question, total_points, rank, streak } = message;
  const last = view.you?.result?.question ?? view.question?.index;
  return { total_points, rank, streak, ...(question === last ? { result: message } : { revised: message }) };
}

function ended(view: View, { podium, total, tied }: QuizEnded): View {
  const gone = {
    question: undefined,
    notes: undefined,
    results: undefined,
    answered: undefined,
    // A ruling after the end says it again.
    earlier: view.phase === "ended" ? view.earlier : undefined,
    advances_at: undefined,
  };
  return { ...view, ...gone, ...NOT_OPEN, phase: "ended", podium, total, tied };
}

function progressed(view: View, progress: { answered: number; total: number; player_ids?: readonly string[] }): View {
  const players = update(view.players, progress.player_ids ?? [], (player) => ({ ...player, answered: true }));
  return { ...view, answered: progress.answered, total: progress.total, players };
}

function joined(players: View["players"], entries: readonly RosterEntry[]): View["players"] {
  const next = new Map(players);
  const fresh = { connected: true, answered: false, points: 0, extra_time_percent: 0, asks_extra_time: false } as const;
  for (const entry of entries) next.set(entry.id, { ...entry, ...fresh });
  return next;
}

function moved(
  players: View["players"],
  message: { type: string; player_ids: readonly string[]; reason?: string },
): View["players"] {
  const gone = message.reason === "left" || message.reason === "kicked";
  const connected = message.type === "players_returned";
  return update(players, message.player_ids, (player) => (gone ? null : { ...player, connected }));
}

function update(
  players: View["players"],
  ids: readonly string[],
  how: (player: HostPlayer) => HostPlayer | null,
): View["players"] {
  if (ids.length === 0) return players;
  const next = new Map(players);
  for (const id of ids) {
    const player = next.get(id);
    const changed = player && how(player);
    if (changed) next.set(id, changed);
    else next.delete(id);
  }
  return next;
}

function mapped(players: View["players"], how: (player: HostPlayer) => HostPlayer): View["players"] {
  return new Map(Array.from(players, ([id, player]) => [id, how(player)]));
}
