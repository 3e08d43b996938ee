// Generated from quickpoll/protocol.py by `make generate`; edit it there.

export const MAX_QUESTIONS = 200;
export const PROTOCOL_VERSION = 1;
export const MAX_MESSAGE_BYTES = 65536;
export const MAX_CREATE_SESSION_BYTES = 1048576;
export const MAX_NAME_CHARACTERS = 24;
export const MAX_PLAYERS = 20000;
export const CODE_DIGITS = 6;
export const LEADERBOARD_ENTRIES = 10;
export const PODIUM_ENTRIES = 3;
export const MAX_RESULTS_ANSWERS = 50000;
export const PICKED_TEXTS = 12;
export const ANSWERS_PER_PAGE = 200;
export const MAX_OWN_WORDS = 100;
export const MAX_ANSWER_GROUPS = 100000;
export const HOST_PROGRESS_INTERVAL_MS = 100;
export const LOBBY_INTERVAL_MS = 1000;
export const PLAYER_PROGRESS_INTERVAL_MS = 2000;
export const LIVE_INTERVAL_MS = 250;
export const MAX_LIVE_BYTES = 2048;

/** `error.code`; after any of them the connection stays usable. */
export const ErrorCode = {
  /** not of this protocol; `message` names the path of the wrong field */
  BAD_MESSAGE: "bad_message",
  /** there is no such command */
  UNKNOWN_TYPE: "unknown_type",
  /** not for this role, or this connection already has one */
  FORBIDDEN: "forbidden",
  /** there is no session with this code */
  SESSION_NOT_FOUND: "session_not_found",
  /** `max_players` seats are taken */
  SESSION_FULL: "session_full",
  /** the host lets nobody in now */
  SESSION_LOCKED: "session_locked",
  /** the session is over */
  SESSION_ENDED: "session_ended",
  /** empty, too long, or with invisible or control characters */
  NAME_INVALID: "name_invalid",
  /** somebody in the session has this name */
  NAME_TAKEN: "name_taken",
  /** `opens_at` has not come */
  NOT_OPEN_YET: "not_open_yet",
  /** another question, or its `closes_at` has passed */
  QUESTION_CLOSED: "question_closed",
  /** only the first answer counts */
  ALREADY_ANSWERED: "already_answered",
  /** no option of this question, or not of its kind */
  INVALID_ANSWER: "invalid_answer",
  /** not signed by this server, or its player left or was kicked */
  INVALID_TOKEN: "invalid_token",
  /** not possible in the present phase */
  WRONG_PHASE: "wrong_phase",
  /** too many commands; try again after `retry_after_ms` */
  RATE_LIMITED: "rate_limited",
  /** cannot be stored now: nothing was lost, try again after `retry_after_ms` */
  UNAVAILABLE: "unavailable",
  /** no room for a further session now */
  TOO_MANY_SESSIONS: "too_many_sessions",
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** What is wrong with a field, for programs; `limit` is what the rule allows. */
export const BrokenRule = {
  /** it has to be there */
  MISSING: "missing",
  /** limit: the JSON types that it may have, such as `array | null` */
  TYPE: "type",
  /** limit: the value, which is none of those allowed */
  UNKNOWN: "unknown",
  /** it is a text of another form */
  FORMAT: "format",
  /** limit: how many characters it has at least */
  TOO_SHORT: "too_short",
  /** limit: how many characters it has at most */
  TOO_LONG: "too_long",
  /** limit: how many entries it has at least */
  TOO_FEW: "too_few",
  /** limit: how many entries it has at most */
  TOO_MANY: "too_many",
  /** limit: the least number */
  TOO_SMALL: "too_small",
  /** limit: the greatest number */
  TOO_LARGE: "too_large",
  /** it has to show something */
  BLANK: "blank",
  /** no two of its entries may be the same */
  REPEATED: "repeated",
  /** it has to lie between `min` and `max` */
  OUTSIDE_SLIDER: "outside_slider",
  /** `min`, `max` and `step` belong together */
  SLIDER_PART: "slider_part",
  /** it has to lead up from `min` to `max` */
  SLIDER_ORDER: "slider_order",
  /** limit: how many steps a slider has at most */
  SLIDER_STEPS: "slider_steps",
  /** it needs each index once */
  NOT_AN_ORDER: "not_an_order",
  /** exactly one option is correct */
  ONE_CORRECT: "one_correct",
  /** at least one option is correct */
  SOME_CORRECT: "some_correct",
  /** no option is correct */
  NONE_CORRECT: "none_correct",
  /** there are two options, one of them correct */
  TRUE_OR_FALSE: "true_or_false",
  /** a ruling decides exactly one thing */
  ONE_DECISION: "one_decision",
} as const;
export type BrokenRule = (typeof BrokenRule)[keyof typeof BrokenRule];

/** Why the server closes a connection. 4000–4499: reconnect and resume; 4500–4999: do not. */
export const CloseCode = {
  /** a binary frame */
  UNSUPPORTED_DATA: 1003,
  /** invalid UTF-8 */
  INVALID_DATA: 1007,
  /** goes on flooding */
  POLICY_VIOLATION: 1008,
  /** a message over the limit */
  MESSAGE_TOO_BIG: 1009,
  /** reconnect after the milliseconds in the reason, and resume */
  GATEWAY_DRAINING: 1012,
  /** the client reads too slowly; resume */
  TOO_SLOW: 1013,
  /** the gateway missed something that cannot be made good in place; resume */
  RESYNC: 4000,
  /** the session is over */
  SESSION_OVER: 4500,
  /** the host removed the player */
  KICKED: 4501,
  /** the same token connected elsewhere; the newest connection wins */
  CONNECTED_ELSEWHERE: 4502,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** What a connection may act as, proved by its token. */
export const Role = {
  HOST: "host",
  PLAYER: "player",
} as const;
export type Role = (typeof Role)[keyof typeof Role];

/** The phases of a session, in order; `question` and `results` alternate. */
export const Phase = {
  LOBBY: "lobby",
  QUESTION: "question",
  RESULTS: "results",
  ENDED: "ended",
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

export type QuestionKind = "match" | "multiple" | "number" | "open" | "order" | "poll" | "ranking" | "scale" | "single" | "slide" | "text" | "true_false" | "words";

export type Question = SingleQuestion | MultipleQuestion | TrueFalseQuestion | PollQuestion | TextQuestion | NumberQuestion | OrderQuestion | MatchQuestion | WordsQuestion | OpenQuestion | ScaleQuestion | RankingQuestion | SlideQuestion;

export type Answer = number | string | (number | string)[];

export type ExtraTimePercent = 0 | 25 | 50 | 100;

export type PagePart = "message" | "view";

/** A choice offered, as the host writes it. */
export interface Option {
  text: string;
  correct?: boolean;
}

/** One option is correct, and players choose one. Never sent to players: it has the solution. */
export interface SingleQuestion {
  kind: "single";
  text: string;
  options: Option[];
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms?: number | null;
  points?: number;
  explanation?: string | null;
  image?: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string | null;
  /** For the host's devices only. */
  notes?: string | null;
}

/** Several options may be correct, and players choose all that are. */
export interface MultipleQuestion {
  kind: "multiple";
  text: string;
  options: Option[];
  /** Whether all correct options and no other must be chosen, or each one counts. */
  partial?: "exact" | "right_minus_wrong";
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms?: number | null;
  points?: number;
  explanation?: string | null;
  image?: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string | null;
  /** For the host's devices only. */
  notes?: string | null;
}

/** A statement that is true or false; the two options keep their order everywhere. */
export interface TrueFalseQuestion {
  kind: "true_false";
  text: string;
  options: Option[];
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms?: number | null;
  points?: number;
  explanation?: string | null;
  image?: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string | null;
  /** For the host's devices only. */
  notes?: string | null;
}

/** An opinion: no option is correct, and nobody earns points. */
export interface PollQuestion {
  kind: "poll";
  text: string;
  options: Option[];
  /** How many options a player may choose. */
  max_choices?: number;
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms?: number | null;
  points?: number;
  explanation?: string | null;
  image?: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string | null;
  /** For the host's devices only. */
  notes?: string | null;
}

/** A text that is right, or in part. */
export interface AcceptedText {
  text: string;
  /** How much of the points it earns, in percent. */
  share?: number;
}

/** Players write a short text; those that are right are listed. */
export interface TextQuestion {
  kind: "text";
  text: string;
  accepted: (string | AcceptedText)[];
  /** Whether a text with a slip or two counts: one from 4 characters on, two from 8. */
  typos?: "few" | "none";
  exact_case?: boolean;
  exact_accents?: boolean;
  /** Filled in by the server: the accepted texts as they are compared. */
  normalised?: AcceptedText[];
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms?: number | null;
  points?: number;
  explanation?: string | null;
  image?: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string | null;
  /** For the host's devices only. */
  notes?: string | null;
}

/** Players give a number, typed or with a slider. Numbers travel as text, such as `-12.50`. */
export interface NumberQuestion {
  kind: "number";
  text: string;
  value: string;
  /** How far an answer may be off and still be right. */
  tolerance?: string;
  unit?: string | null;
  /** Whether all answers within the tolerance are right, or those that come closest. */
  scoring?: "closest" | "within";
  /** With `max` and `step`: a slider. */
  min?: string | null;
  max?: string | null;
  step?: string | null;
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms?: number | null;
  points?: number;
  explanation?: string | null;
  image?: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string | null;
  /** For the host's devices only. */
  notes?: string | null;
}

/** Players put items into their right order. */
export interface OrderQuestion {
  kind: "order";
  text: string;
  /** In the right order. */
  items: string[];
  /** Whether all must be in their place, or each pair in the right order counts. */
  partial?: "exact" | "pairs";
  /** Filled in by the server, which shuffles `items`: their right order then, as indexes. */
  right_order?: number[];
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms?: number | null;
  points?: number;
  explanation?: string | null;
  image?: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string | null;
  /** For the host's devices only. */
  notes?: string | null;
}

/** Two texts that belong together. */
export interface Pair {
  left: string;
  right: string;
}

/** Players find for each text on the left the one on the right that belongs to it. */
export interface MatchQuestion {
  kind: "match";
  text: string;
  pairs: Pair[];
  /** Texts on the right that belong to none. */
  extra?: string[];
  /** Whether each pair counts, or all must be right. */
  partial?: "each" | "exact";
  /** Filled in by the server: in which order it shows the texts on the right, of the pairs and then `extra`. */
  right_places?: number[];
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms?: number | null;
  points?: number;
  explanation?: string | null;
  image?: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string | null;
  /** For the host's devices only. */
  notes?: string | null;
}

/** Players give some words, which become a cloud. */
export interface WordsQuestion {
  kind: "words";
  text: string;
  max_words?: number;
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms?: number | null;
  points?: number;
  explanation?: string | null;
  image?: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string | null;
  /** For the host's devices only. */
  notes?: string | null;
}

/** Players write what they think. */
export interface OpenQuestion {
  kind: "open";
  text: string;
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms?: number | null;
  points?: number;
  explanation?: string | null;
  image?: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string | null;
  /** For the host's devices only. */
  notes?: string | null;
}

/** Players say where between two ends they stand. */
export interface ScaleQuestion {
  kind: "scale";
  text: string;
  min_label?: string;
  max_label?: string;
  steps?: number;
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms?: number | null;
  points?: number;
  explanation?: string | null;
  image?: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string | null;
  /** For the host's devices only. */
  notes?: string | null;
}

/** An opinion: players put the options into an order, or the best of them. */
export interface RankingQuestion {
  kind: "ranking";
  text: string;
  options: Option[];
  /** How many of them players rank; null: all. */
  top?: number | null;
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms?: number | null;
  points?: number;
  explanation?: string | null;
  image?: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string | null;
  /** For the host's devices only. */
  notes?: string | null;
}

/** Something to show between questions; nobody answers, and it stays until the host moves on. */
export interface SlideQuestion {
  kind: "slide";
  text: string;
  body?: string | null;
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms?: number | null;
  points?: number;
  explanation?: string | null;
  image?: string | null;
  /** What the picture shows, for those who cannot see it. */
  image_alt?: string | null;
  /** For the host's devices only. */
  notes?: string | null;
}

/** A quiz as its author writes it, and as the host uploads it. */
export interface Quiz {
  title: string;
  questions: Question[];
}

/** How a session is played. */
export interface Settings {
  /** From `new_question` to `opens_at`, so that every device shows the options at the same instant. */
  lead_ms?: number;
  show_question_on_player?: boolean;
  /** From the results to the next question; null: the host moves on. */
  auto_advance_ms?: number | null;
  max_players?: number;
  streak_bonus?: boolean;
  randomize_options?: boolean;
  randomize_questions?: boolean;
  /** How much of an answer's way to the server may be forgiven, at most; 0: what counts is when it arrived. */
  grace_ms?: number;
  /** Whether a quicker answer earns more. */
  scoring?: "flat" | "speed";
  /** What a wrong answer costs, in percent of the question's points; silence costs nothing. */
  penalty?: number;
  /** When leaderboard and ranks are told: after each question, at the end, or never. */
  ranking?: "end" | "never" | "question";
  /** Whether players are told their own rank. */
  rank_on_players?: boolean;
  /**
   * What becomes of names and texts with a word of the filter's lists: all are shown; they wait for the host, who is
   *     told how many there are; or they are hidden without a word. The host may show any of them.
   */
  filter?: "hide" | "hold" | "off";
  /** The name, before a number, of players whose own is not shown. */
  stand_in?: string;
  /** Whether the host's devices show words and open texts before the close, until `show_live` says otherwise. */
  live_texts?: boolean;
}

/** What the host decides about a closed question: exactly one of `accept`, `void` and `points`. */
export interface Ruling {
  /** An option by its index, or a text or number as it was answered, that earns `share`. */
  accept?: number | string | null;
  /** In percent, for `accept`; 0 takes back what counted. */
  share?: number;
  /** The question counts for nothing. */
  void?: boolean;
  /** On top, for one player. */
  points?: number | null;
  player_id?: string | null;
}

/** Opens a session for this quiz; the connection becomes its host. Reply: `session_created`. */
export interface CreateSession {
  type: "create_session";
  quiz: Quiz;
  settings?: Settings;
  /**
   * Words that the filter finds besides its own: as a whole; with an asterisk at the end what begins so, and between
   *     two of them anywhere in a word. Nobody else is told them.
   */
  own_words?: string[];
  id?: string | null;
}

/** Joins a session; the connection becomes a player. Reply: `joined`. */
export interface JoinSession {
  type: "join_session";
  code: string;
  name: string;
  avatar?: string | null;
  id?: string | null;
}

/** Becomes the host or player again that the token names. Reply: `resumed`. */
export interface ResumeSession {
  type: "resume_session";
  token: string;
  /** For a host's token: as a second device beside the stage, a remote control. */
  remote?: boolean;
  id?: string | null;
}

/** Opens question 0. Reply: `ok`. */
export interface StartQuiz {
  type: "start_quiz";
  /** The question that is to be opened; another one than the first is refused with `wrong_phase`. */
  question?: number | null;
  id?: string | null;
}

/** Opens the next question, or ends the quiz after the last: from the results, or from a `slide`. Reply: `ok`. */
export interface NextQuestion {
  type: "next_question";
  /** The question whose results are shown, or the slide; where it is another by now, the command is refused. */
  question?: number | null;
  id?: string | null;
}

/** Closes the open question now. Reply: `ok`. */
export interface CloseQuestion {
  type: "close_question";
  /** The question that it means; where another one is open by now, the command is refused. */
  question?: number | null;
  id?: string | null;
}

/** Closes the open question now, and scores nothing: nobody earns points, and streaks go over it. Reply: `ok`. */
export interface SkipQuestion {
  type: "skip_question";
  /** The question that it means; where another one is open by now, the command is refused. */
  question?: number | null;
  id?: string | null;
}

/** Gives the open question more time, also again and again. Reply: `ok`. */
export interface ExtendQuestion {
  type: "extend_question";
  /** The question that it means; where another one is open by now, the command is refused. */
  question?: number | null;
  by_ms?: number;
  id?: string | null;
}

/**
 * Stops the clock of the open question, or lets it run again; answers are taken all the time.
 *
 * One that comes while the clock stands is judged as of the moment when it was stopped. Stopped before `opens_at`, the
 * question opens only when the clock runs again. Reply: `ok`.
 */
export interface StopClock {
  type: "stop_clock";
  stopped: boolean;
  /** The question that it means; where another one is open by now, the command is refused. */
  question?: number | null;
  id?: string | null;
}

/** Adds a question to the quiz after the current one, and opens it at once unless it is to come next. Reply: `ok`. */
export interface AskQuestion {
  type: "ask_question";
  /** As in the quiz of `create_session`; the quiz then has at most `MAX_QUESTIONS`. */
  asked: Question;
  /** The question that is shown; where another one is by now, the command is refused. In the lobby: 0. */
  question?: number | null;
  /** False: it is the next one, whenever the host moves on; so it can be added while a question is open. */
  open?: boolean;
  id?: string | null;
}

/** Opens another question than the next one; those in between come after it. Reply: `ok`. */
export interface ChooseQuestion {
  type: "choose_question";
  /** One that was not asked yet, by its index in `agenda`. */
  choice: number;
  /** How many questions there are in that `agenda`; where one was added since, the command is refused. */
  total: number;
  /** The question that is shown; where another one is by now, the command is refused. In the lobby: 0. */
  question?: number | null;
  id?: string | null;
}

/** Asks for the list of all questions, to choose from. Reply: `agenda`. */
export interface GetAgenda {
  type: "get_agenda";
  id?: string | null;
}

/**
 * Shows the results of an earlier question again, on the host's devices; players keep what they have.
 *
 * After the end it shows those of any question. Reply: `ok`.
 */
export interface ShowEarlier {
  type: "show_earlier";
  /** Null, or in the results the question of now: no longer. The next question and the end end it as well. */
  question: number | null;
  id?: string | null;
}

/**
 * Shows words and open texts on the host's devices while they are written, or only after the close.
 *
 * It holds for the open question and all that follow; players get them after the close as ever. Reply: `ok`.
 */
export interface ShowLive {
  type: "show_live";
  shown: boolean;
  id?: string | null;
}

/** Removes a player from the session. Reply: `ok`. */
export interface KickPlayer {
  type: "kick_player";
  player_id: string;
  id?: string | null;
}

/** Shows everyone the name that a player typed, where the filter withholds it, or a stand-in for it. Reply: `ok`. */
export interface ShowName {
  type: "show_name";
  player_id: string;
  shown: boolean;
  id?: string | null;
}

/** Lets whoever joins next by the name of a player who is away have that player's seat and points, or no longer. Reply: `ok`. */
export interface OfferSeat {
  type: "offer_seat";
  player_id: string;
  offered: boolean;
  id?: string | null;
}

/** Refuses new players, or lets them in again. Reply: `ok`. */
export interface LockSession {
  type: "lock_session";
  locked: boolean;
  id?: string | null;
}

/** Holds auto-advance, or lets it run again; an open question is not stopped. Reply: `ok`. */
export interface PauseQuiz {
  type: "pause_quiz";
  paused: boolean;
  id?: string | null;
}

/** Makes a player's own time limit longer, from the next question on. Reply: `ok`. */
export interface SetExtraTime {
  type: "set_extra_time";
  player_id: string;
  percent: ExtraTimePercent;
  id?: string | null;
}

/** Asks for the results of all closed questions and players. Reply: `results`. */
export interface GetResults {
  type: "get_results";
  /** How many players to leave out, best first: what came as `next_offset`. */
  offset?: number;
  id?: string | null;
}

/** Decides about a closed question in another way than it was judged; all points and ranks follow. Reply: `ruled`. */
export interface Rule {
  type: "rule";
  question: number;
  ruling: Ruling;
  /** Only says what would come of it. */
  preview?: boolean;
  id?: string | null;
}

/** Takes a ruling back; the others hold. Reply: `ok`. */
export interface UndoRuling {
  type: "undo_ruling";
  number: number;
  id?: string | null;
}

/**
 * Asks for the answers to a closed question, or to the open one if it is of the kind `words` or `open`.
 *
 * So the host can follow what is written, and decide what of it is shown; it reaches nobody else before the close. Reply: `answers`.
 */
export interface GetAnswers {
  type: "get_answers";
  question: number;
  /** How many answers to leave out: what came as `next_offset`. */
  offset?: number;
  id?: string | null;
}

/**
 * Shows a text that was answered to everyone, or hides it. While results are shown, they come again with it.
 *
 * Texts of an `open` question are shown only when they were picked so, at most 12; words, and texts of a `text`
 * question, until they are hidden. What is decided while a question is open is seen when it closes, or at once: see
 * `show_live`. Reply: `ok`.
 */
export interface ShowAnswer {
  type: "show_answer";
  question: number;
  /** As `answers` has it. */
  text: string;
  shown: boolean;
  id?: string | null;
}

/** Counts a word or an open text together with another one of the same question, or by itself again. Reply: `ok`. */
export interface MergeAnswers {
  type: "merge_answers";
  question: number;
  /** As `answers` has it, also in `merged`. */
  text: string;
  /** Null: it counts by itself again. */
  into: string | null;
  id?: string | null;
}

/** Asks for the session's log, which `quickpoll replay` plays again. Reply: `log`. */
export interface GetLog {
  type: "get_log";
  /** Where to go on: what came as `next_cursor`; empty: from the beginning. */
  cursor?: string;
  id?: string | null;
}

/** Asks everyone to go on in another session of the host; who resumes later is told as well. Reply: `ok`. */
export interface ContinueIn {
  type: "continue_in";
  code: string;
  id?: string | null;
}

/** Ends the session for everyone. Reply: `ok`. */
export interface EndSession {
  type: "end_session";
  id?: string | null;
}

/** Answers the open question, once. Which question it is for decides whether it is in time, not the phase alone. Reply: `answer_accepted`. */
export interface SubmitAnswer {
  type: "submit_answer";
  question: number;
  answer: Answer;
  /** From the moment when the options opened on the player's screen to the tap: see Fairness. */
  elapsed_ms?: number | null;
  /**
   * Language of the page, such as `de`: it decides whether `1.234` is above a thousand. Null: the point is the
   *     decimal sign.
   */
  locale?: string | null;
  id?: string | null;
}

/** Asks the host for extra time. Reply: `ok`. */
export interface AskExtraTime {
  type: "ask_extra_time";
  id?: string | null;
}

/** Gives up the player's seat and points. Reply: `ok`. */
export interface LeaveSession {
  type: "leave_session";
  id?: string | null;
}

/** Asks for the server's clock; anyone may, and a gateway answers at once. Reply: `clock`. */
export interface SyncClock {
  type: "sync_clock";
  t0: number;
  id?: string | null;
}

/** Says that a page failed and started again; a gateway counts it. Says nothing of what was shown or done. Reply: `ok`. */
export interface ReportFailure {
  type: "report_failure";
  /** What failed: drawing a view, or taking in a message. */
  where: PagePart;
  id?: string | null;
}

/** A choice as everyone may see it. */
export interface PublicOption {
  text: string;
}

/**
 * A question as everyone may see it: nothing in it tells what is right.
 *
 * What follows `time_limit_ms` is there for the kinds that have it; `options` is empty for kinds without.
 */
export interface PublicQuestion {
  index: number;
  total: number;
  kind: QuestionKind;
  text: string;
  image: string | null;
  options: PublicOption[];
  points: number;
  /** Null: there is none; the question ends when all have answered, or when the host closes it. */
  time_limit_ms: number | null;
  /** What the picture shows. */
  image_alt?: string;
  /** `poll`: how many options may be chosen. */
  max_choices?: number;
  /** `number`. */
  unit?: string | null;
  /** `number`: with `max` and `step`, a slider; null: the number is typed. */
  min?: string | null;
  max?: string | null;
  step?: string | null;
  /** `order`: shuffled, the same for all. */
  items?: string[];
  /** `match`. */
  left?: string[];
  /** `match`: shuffled, the same for all. */
  right?: string[];
  /** `words`. */
  max_words?: number;
  /** `scale`. */
  min_label?: string;
  max_label?: string;
  /** `scale`: how many there are to choose from. */
  steps?: number;
  /** `ranking`: how many options are ranked. */
  top?: number;
  /** `slide`. */
  body?: string | null;
}

/** What is right, by kind: the other fields are absent. */
export interface Solution {
  /** Indexes of the correct options. */
  correct?: number[];
  /** `text`: as the author wrote them, each with the share of the points that it earns. */
  accepted?: Required<AcceptedText>[];
  /** `number`. */
  value?: string;
  tolerance?: string;
  unit?: string | null;
  /** `order`: the right order as indexes. */
  items?: number[];
  /** `match`: for each text on the left the index of the one on the right. */
  rights?: number[];
}

/** A ruling that holds. */
export interface RulingMade {
  /** What `undo_ruling` takes. */
  number: number;
  ruling: Required<Ruling>;
}

/** A text, and how many have answered with it or with what is compared as the same. */
export interface TextGroup {
  text: string;
  count: number;
  /** How much of it is right, in percent. */
  share: number | null;
}

/** A player whose number came nearest. */
export interface NearestAnswer {
  player_id: string;
  name: string;
  answer: string;
}

/** A word, and how many have named it. */
export interface WordCount {
  text: string;
  count: number;
}

/** How a question was answered, by kind: the other fields are absent. */
export interface Tally {
  /** By option, by step of a `scale`, or for `match` by left and right. */
  counts?: (number | number[])[];
  /** `text`: the most frequent ones, at most 20. */
  groups?: TextGroup[];
  /** `text`, `words`: how many different ones there are. */
  distinct?: number;
  /** `number`: what 2 percent of the answers are below of; null without any. */
  from?: string | null;
  /** `number`: what 2 percent of the answers are above of; null without any. */
  to?: string | null;
  /** `number`: counts of 20 equal parts between `from` and `to`, both included. */
  bins?: number[];
  below?: number;
  above?: number;
  /** `number`: the three that came nearest. */
  nearest?: NearestAnswer[];
  /** `order`: for each item how often it was put in each place. */
  places?: number[][];
  /** `words`: the most frequent ones, at most 60. */
  words?: WordCount[];
  /** `open`: those that the host has picked, at most 12. */
  texts?: string[];
  /** `open`: how many there are. */
  count?: number;
  /** `scale`: as an index; null without any answer. */
  median?: number | null;
  /** `ranking`, by option: first of m gets m, the last 1, unranked 0; the mean, times 100. */
  points?: number[];
  /** `ranking`, by option: how often it was ranked first. */
  firsts?: number[];
}

/**
 * The key of a question may be wrong: most of the leaders gave the same answer, and it is not marked right.
 *
 * The leaders are the best 27 percent of those who answered, by their points before the question.
 */
export interface KeyDoubt {
  /** Their answer, as `rule` takes it: an option by its index, or a text or number. */
  accept: number | string;
  /** How many of the leaders gave it. */
  chosen: number;
  leaders: number;
  /**
   * The upper-lower discrimination index of the key, in percent: below 0, the leaders were right less often than the
   *     last.
   */
  index: number;
}

/** One line of the leaderboard; `previous_rank` is null if there was none, `streak` counts correct answers. */
export interface LeaderboardEntry {
  rank: number;
  player_id: string;
  name: string;
  avatar: string;
  points: number;
  delta: number;
  previous_rank: number | null;
  streak: number;
}

/** A player in the host's `session`, with what a page needs to draw the list from nothing. */
export interface HostPlayer {
  id: string;
  name: string;
  avatar: string;
  connected: boolean;
  answered: boolean;
  points: number;
  extra_time_percent: ExtraTimePercent;
  /** Until the host has set it. */
  asks_extra_time: boolean;
  /** As in `players_joined`. */
  withheld?: string;
  /** Whether whoever joins by this name has the seat: see `offer_seat`. */
  seat_offered?: boolean;
}

/** A question that was closed before the current one, and its results of now. */
export interface EarlierResults {
  question: PublicQuestion;
  /** Its `seq` is 0: it is no broadcast. */
  results: QuestionResults;
}

/** All that a page needs to draw itself from nothing; what the phase does not have is absent. */
export interface SessionView {
  code: string;
  title: string;
  phase: Phase;
  seq: number;
  locked: boolean;
  player_count: number;
  settings: Required<Settings>;
  server_time: number;
  host_connected: boolean;
  paused: boolean;
  question?: PublicQuestion;
  opens_at?: number;
  closes_at?: number | null;
  /** While a question is open: when the host has stopped its clock; null: it runs. */
  stopped_at?: number | null;
  answered?: number;
  total?: number;
  /** For the host: whether words and open texts are shown before the close. */
  live?: boolean;
  /** For the host: what it would say now of the open question, if anything. */
  live_tally?: LiveTally;
  /** For the host: those of the current question. */
  notes?: string | null;
  results?: QuestionResults;
  leaderboard?: Leaderboard;
  podium?: LeaderboardEntry[];
  /** At the end: how many more have as many points as the last of the podium. */
  tied?: number;
  players?: HostPlayer[];
  /** For the host: the earlier results that are shown instead of those of now. */
  earlier?: EarlierResults;
  /** In the results: when the next question comes by itself; null: the host moves on. */
  advances_at?: number | null;
  /** At the end: the code of the session where players go on, as `session_continues` said it. */
  continues_in?: string;
}

/** What a ruling, or its end, has changed for a player. */
export interface RulingEffect {
  number: number;
  /** How many more the player has for the question; below 0: fewer. */
  points: number;
  undone: boolean;
  /** What was decided, or is no longer. */
  ruling: Required<Ruling>;
}

/** A player's own part of `resumed`; `answered` is about the current question. */
export interface You {
  player_id: string;
  name: string;
  avatar: string;
  total_points: number;
  rank: number | null;
  streak: number;
  answered: boolean;
  answer: number | string | (number | string)[] | null;
  /** From the next question on; what holds for the open one is in `closes_at`. */
  extra_time_percent: ExtraTimePercent;
  /** Until the host has set it. */
  asks_extra_time: boolean;
  /** Of the open question, by the player's own limit; null: it has none. */
  closes_at?: number | null;
  result?: YourResult;
  /** Of another question than `result`: the last one that a ruling has changed since the current one was closed. */
  revised?: YourResult;
  /** When the quiz has ended. */
  final?: YourFinal;
  /** As in `joined`. */
  name_withheld?: boolean;
}

/** A player in the host's list. */
export interface RosterEntry {
  id: string;
  name: string;
  avatar: string;
  /** What the player typed, where that is not shown: for the remote rather than the stage. See `show_name`. */
  withheld?: string;
}

/** A closed question with its solution, and how it was answered. */
export interface QuestionSummary {
  index: number;
  kind: QuestionKind;
  text: string;
  options: string[];
  correct: number[];
  counts: number[];
  answered: number;
  total: number;
  points: number;
  time_limit_ms: number | null;
  solution: Solution | null;
  tally: Tally | null;
  /** True: it was skipped or ruled out, and counts for nothing. */
  void?: boolean;
  /** Those that hold for it, the earliest first; `correct` and `solution` follow them. */
  rulings?: RulingMade[];
}

/**
 * What a player did with one question.
 *
 * `answer` and `response_ms` are null without one, `correct` and `share` where nothing can be right.
 */
export interface PlayerAnswer {
  question: number;
  answer: number | string | (number | string)[] | null;
  correct: boolean | null;
  points: number;
  response_ms: number | null;
  share: number | null;
}

/** A player's whole quiz. `rank` is null for players who joined after the last closed question. */
export interface PlayerSummary {
  id: string;
  name: string;
  avatar: string;
  rank: number | null;
  points: number;
  correct: number;
  /** One for each closed question; null for those before the player joined. */
  answers: (PlayerAnswer | null)[];
}

/** A question of the quiz as the host finds it in a list. */
export interface AgendaEntry {
  index: number;
  kind: QuestionKind;
  /** Its first 120 characters. */
  text: string;
}

/** An answer, and who has given it or one that is compared as the same. */
export interface AnswerGroup {
  /** As written; what was chosen or arranged, in words. */
  text: string;
  count: number;
  /** How much of it is right, in percent; null where nothing can be, and while the question is open. */
  share: number | null;
  /** Those who are still in the session. */
  player_ids: string[];
  /** Whether everyone sees it, or will at the close: see `show_answer`. Absent for kinds that tell no texts. */
  shown?: boolean;
  /** Texts that were merged into this one, and count with it. */
  merged?: string[];
  /** True: the filter does not let everyone see it; the host may. */
  withheld?: boolean;
}

/** To all: new players are refused, or let in again. */
export interface SessionLocked {
  type: "session_locked";
  locked: boolean;
  reply_to?: string;
  seq: number;
}

/** To all: auto-advance is held, or runs again; in the results its time then starts from the beginning. */
export interface QuizPaused {
  type: "quiz_paused";
  paused: boolean;
  /** When the next question comes by itself, in the results; null: it does not. */
  advances_at: number | null;
  reply_to?: string;
  seq: number;
}

/** To all, `lead_ms` before `opens_at`: show the options at `opens_at` on the synchronised clock. */
export interface NewQuestion {
  type: "new_question";
  question: PublicQuestion;
  opens_at: number;
  /** Null: the question has no time limit. */
  closes_at: number | null;
  /** How many players there are to answer it. */
  total?: number;
  reply_to?: string;
  seq: number;
}

/** To all: the open question has more time. Extra time of players is added to the new limit. */
export interface QuestionExtended {
  type: "question_extended";
  question: number;
  time_limit_ms: number;
  closes_at: number;
  reply_to?: string;
  seq: number;
}

/** To all, when a question was closed. */
export interface QuestionResults {
  type: "question_results";
  question: number;
  correct: number[];
  counts: number[];
  answered: number;
  total: number;
  explanation: string | null;
  /** When the next question comes by itself; null: the host moves on. Later changes are in `quiz_paused`. */
  advances_at: number | null;
  /** Null where nothing is right; `correct` says the same for kinds with options, and is empty for others. */
  solution: Solution | null;
  /** True: it was skipped or ruled out, and counts for nothing. */
  void?: boolean;
  /** Those that hold for the question, the earliest first. */
  rulings?: RulingMade[];
  /** Players may get fewer groups or words than the host: what they get stays small whatever was written. */
  tally: Tally | null;
  /** To the host only, and for the remote rather than the stage: a reason to look at the key again. */
  doubt?: KeyDoubt;
  /** To the host only: how many different texts the filter holds until the host shows them. */
  withheld?: number;
  reply_to?: string;
  seq: number;
}

/**
 * To all: the clock of the open question has stopped, or runs again; then both moments are later by the stop.
 *
 * Who has extra time closes as much later, too.
 */
export interface QuestionClock {
  type: "question_clock";
  question: number;
  /** Null: it runs. */
  stopped_at: number | null;
  opens_at: number;
  closes_at: number;
  reply_to?: string;
  seq: number;
}

/** To all: the host has added a question, which comes next; the quiz has so many now. */
export interface QuestionAdded {
  type: "question_added";
  total: number;
  reply_to?: string;
  seq: number;
}

/** To all, after the results: the top ten, and how many players there are. */
export interface Leaderboard {
  type: "leaderboard";
  question: number;
  entries: LeaderboardEntry[];
  total: number;
  reply_to?: string;
  seq: number;
}

/** To all, after the last question: the top three. */
export interface QuizEnded {
  type: "quiz_ended";
  podium: LeaderboardEntry[];
  total: number;
  questions: number;
  /** How many more have as many points as the last of the podium. */
  tied: number;
  reply_to?: string;
  seq: number;
}

/** To all, after the end: the host asks the players to join this session, each with the same name and avatar. */
export interface SessionContinues {
  type: "session_continues";
  code: string;
  reply_to?: string;
  seq: number;
}

/** To all: a player has this name from here on, also where another one was told before. */
export interface PlayerRenamed {
  type: "player_renamed";
  player_id: string;
  name: string;
  /** To the host only: as in `players_joined`. */
  withheld?: string;
  reply_to?: string;
  seq: number;
}

/** To players: the host's connection is gone; the quiz goes on by its timers. */
export interface HostLeft {
  type: "host_left";
  reply_to?: string;
  seq: number;
}

/** To players: the host is back. */
export interface HostReturned {
  type: "host_returned";
  reply_to?: string;
  seq: number;
}

/** To all, then the connection closes with 4500. `reason`: `ended_by_host`, `idle` or `lost`. */
export interface SessionClosed {
  type: "session_closed";
  reason: string;
  reply_to?: string;
  seq: number;
}

/**
 * To the host, on each device, at most four times a second: what was written to the open question until now.
 *
 * It comes only while `show_live` is on, for `words` and `open`, and has only what everyone may see after the close:
 * nothing that the filter withholds or the host has hidden, and of an `open` question the texts that the host has
 * picked. It has at most 2 KB: so many of the most frequent words, or of the texts that were picked last.
 */
export interface LiveTally {
  type: "live_tally";
  question: number;
  tally: Tally;
  /** How many different texts the filter holds until the host shows them. */
  withheld?: number;
  reply_to?: string;
}

/** To the host. */
export interface SessionCreated {
  type: "session_created";
  code: string;
  host_token: string;
  join_url: string;
  session: SessionView;
  reply_to?: string;
}

/**
 * To the player, between `question_results` and `leaderboard`.
 *
 * `share` is how much of the answer was right, in percent, and `correct` whether all of it was; both are null where
 * nothing can be right. `response_ms` is null without an answer, `rank` where the settings say that ranks are not told
 * (yet).
 */
export interface YourResult {
  type: "your_result";
  question: number;
  answered: boolean;
  correct: boolean | null;
  points: number;
  total_points: number;
  rank: number | null;
  streak: number;
  response_ms: number | null;
  share: number | null;
  /** Why the result comes again; without it, only the sums or the rank have changed. */
  ruling?: RulingEffect;
  reply_to?: string;
}

/**
 * To the player, after `quiz_ended`. `correct` counts right answers.
 *
 * `average_response_ms` is that of the answers given, rounded down; null if there was none. `rank` is null where the
 * settings say that ranks are not told.
 */
export interface YourFinal {
  type: "your_final";
  rank: number | null;
  points: number;
  correct: number;
  questions: number;
  best_streak: number;
  average_response_ms: number | null;
  reply_to?: string;
}

/** To the player. */
export interface Joined {
  type: "joined";
  code: string;
  player_id: string;
  player_token: string;
  name: string;
  avatar: string;
  session: SessionView;
  /** True: `name` stands in for what the player typed, until the host shows that. */
  name_withheld?: boolean;
  /** What was the player's before, where the seat is not a new one. */
  you?: You;
  reply_to?: string;
}

/** To whoever asked: the whole picture. */
export interface Resumed {
  type: "resumed";
  reply_to?: string;
  role: Role;
  code: string;
  player_id?: string;
  session: SessionView;
  you?: You;
  /** For a host: whether as the remote control. */
  remote?: boolean;
  /** For a host: where players join now; the server's address may have changed since the session was opened. */
  join_url?: string;
}

/** To whoever asked: done. */
export interface Ok {
  type: "ok";
  reply_to?: string;
}

/** To whoever asked: `t0` as sent, `t1` when it was received, `t2` when this was sent. */
export interface Clock {
  type: "clock";
  t0: number;
  t1: number;
  t2: number;
  reply_to?: string;
}

/** To the host: who joined since the last one. */
export interface PlayersJoined {
  type: "players_joined";
  players: RosterEntry[];
  player_count: number;
  reply_to?: string;
}

/** To the host: who left since the last one. One message for each `reason`. */
export interface PlayersLeft {
  type: "players_left";
  player_ids: string[];
  player_count: number;
  reason: "disconnected" | "kicked" | "left";
  reply_to?: string;
}

/** To the host: who resumed since the last one. */
export interface PlayersReturned {
  type: "players_returned";
  player_ids: string[];
  player_count: number;
  reply_to?: string;
}

/** To the host, with `new_question`: the author's notes for it, where there are some. */
export interface QuestionNotes {
  type: "question_notes";
  question: number;
  notes: string;
  reply_to?: string;
}

/** To the host: who asked for extra time since the last one. */
export interface ExtraTimeAsked {
  type: "extra_time_asked";
  player_ids: string[];
  reply_to?: string;
}

/** To the host, on each device: what a player's extra time is from the next question on. */
export interface ExtraTimeSet {
  type: "extra_time_set";
  player_id: string;
  percent: ExtraTimePercent;
  reply_to?: string;
}

/** To the host, on each device: whether the seat of a player who is away is offered. */
export interface SeatOffered {
  type: "seat_offered";
  player_id: string;
  offered: boolean;
  reply_to?: string;
}

/** To the player: the host has set it. It holds from the next `new_question` on; 0: none. */
export interface YourExtraTime {
  type: "your_extra_time";
  percent: ExtraTimePercent;
  reply_to?: string;
}

/** To players, at most once a second. */
export interface Lobby {
  type: "lobby";
  player_count: number;
  reply_to?: string;
}

/**
 * To the player: this answer counts, and is stored.
 *
 * `received_at` is when it arrived at the server, `counted_at` the moment by which it is judged: see Fairness.
 * `receipt` begins the hash of its record in the session's log: with it the player can prove that the answer was
 * accepted.
 */
export interface AnswerAccepted {
  type: "answer_accepted";
  question: number;
  received_at: number;
  counted_at: number;
  receipt?: string;
  reply_to?: string;
}

/** To all, coalesced: how many have answered. `player_ids`, to the host only: those new since the last one. */
export interface AnswerProgress {
  type: "answer_progress";
  question: number;
  answered: number;
  total: number;
  player_ids?: string[];
  reply_to?: string;
}

/** To the host, on each device: words and open texts are shown before the close from here on, or no longer. */
export interface LiveShown {
  type: "live_shown";
  shown: boolean;
  reply_to?: string;
}

/** To the host, on each device: the results of an earlier question are shown, or, null, no longer. */
export interface EarlierShown {
  type: "earlier_shown";
  earlier: EarlierResults | null;
  reply_to?: string;
}

/** To the host who asked: closed questions, and players, best first, without those who have left. */
export interface Results {
  type: "results";
  title: string;
  questions: QuestionSummary[];
  players: PlayerSummary[];
  /** Where more players are: what to ask for next; null: these were the last. */
  next_offset: number | null;
  /** The hash of the last record of the session's log, in hexadecimal digits. */
  log_head?: string;
  reply_to?: string;
}

/** To the host who asked: the ranking before and after a ruling, or what it would be. */
export interface Ruled {
  type: "ruled";
  /** For `undo_ruling`; null: it was a preview. */
  number: number | null;
  /** The top ten. */
  before: LeaderboardEntry[];
  after: LeaderboardEntry[];
  /** How many players have another rank. */
  moved: number;
  reply_to?: string;
}

/** To the host who asked: all questions in the order in which they are played, those that were asked first. */
export interface Agenda {
  type: "agenda";
  /** The one that is open, or was last; -1 in the lobby. */
  question: number;
  questions: AgendaEntry[];
  reply_to?: string;
}

/** To the host who asked: the answers to a question, the most frequent first. */
export interface Answers {
  type: "answers";
  question: number;
  answers: AnswerGroup[];
  /** Where more are: what to ask for next; null: these were the last. */
  next_offset: number | null;
  reply_to?: string;
}

/** To the host who asked: lines of the log, each with its line break. All texts in a row are the file. */
export interface Log {
  type: "log";
  text: string;
  /** Where more lines are: what to ask for next; null: these were the last. */
  next_cursor: string | null;
  reply_to?: string;
}

/** To the player, then the connection closes with 4501. */
export interface Kicked {
  type: "kicked";
  reason: string;
  reply_to?: string;
}

/** To whoever caused it. `message` is for people and says what to do. */
export interface Error {
  type: "error";
  code: ErrorCode;
  message: string;
  retry_after_ms?: number;
  /** `bad_message`: the field that is wrong, such as `$.quiz.questions[3].options`. */
  path?: string;
  /** `bad_message`: which rule the field breaks. */
  rule?: BrokenRule;
  /** What the rule allows; for `unknown`, the value that it does not. */
  limit?: number | string;
  reply_to?: string;
}

export type AnyClientMessage =
  | CreateSession
  | JoinSession
  | ResumeSession
  | StartQuiz
  | NextQuestion
  | CloseQuestion
  | SkipQuestion
  | ExtendQuestion
  | StopClock
  | AskQuestion
  | ChooseQuestion
  | GetAgenda
  | ShowEarlier
  | ShowLive
  | KickPlayer
  | ShowName
  | OfferSeat
  | LockSession
  | PauseQuiz
  | SetExtraTime
  | GetResults
  | Rule
  | UndoRuling
  | GetAnswers
  | ShowAnswer
  | MergeAnswers
  | GetLog
  | ContinueIn
  | EndSession
  | SubmitAnswer
  | AskExtraTime
  | LeaveSession
  | SyncClock
  | ReportFailure;

export type AnyServerMessage =
  | SessionLocked
  | QuizPaused
  | NewQuestion
  | QuestionExtended
  | QuestionResults
  | QuestionClock
  | QuestionAdded
  | Leaderboard
  | QuizEnded
  | SessionContinues
  | PlayerRenamed
  | HostLeft
  | HostReturned
  | SessionClosed
  | LiveTally
  | SessionCreated
  | YourResult
  | YourFinal
  | Joined
  | Resumed
  | Ok
  | Clock
  | PlayersJoined
  | PlayersLeft
  | PlayersReturned
  | QuestionNotes
  | ExtraTimeAsked
  | ExtraTimeSet
  | SeatOffered
  | YourExtraTime
  | Lobby
  | AnswerAccepted
  | AnswerProgress
  | LiveShown
  | EarlierShown
  | Results
  | Ruled
  | Agenda
  | Answers
  | Log
  | Kicked
  | Error;
