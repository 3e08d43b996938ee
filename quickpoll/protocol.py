"""The wire protocol: every message, error code, close code and limit, once.

`docs/protocol.md`, `docs/protocol.schema.json` and `clients/web/src/wire/protocol.ts` are generated
from this file and `questions.py` (`make generate`); a test fails when they differ. The types validate: a message
that decodes is well-formed, and one that does not raises `BadMessage` with the path of the
wrong field. What depends on the state of a session is judged by the engine, not here.
"""

from enum import IntEnum, StrEnum
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Generic, Literal, TypeVar, get_args

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from quickpoll.broken import Broken, BrokenRule, RuleBroken, broken
from quickpoll.questions import (
    MAX_QUESTIONS,
    AcceptedText,
    MatchQuestion,
    MultipleQuestion,
    NumberQuestion,
    OpenQuestion,
    Option,
    OptionsQuestion,
    OrderQuestion,
    Pair,
    PollQuestion,
    Question,
    QuestionFields,
    QuestionKind,
    Quiz,
    RankingQuestion,
    ScaleQuestion,
    SingleQuestion,
    SlideQuestion,
    TextQuestion,
    TimeLimitMs,
    TrueFalseQuestion,
    WordsQuestion,
    options_of,
)

__all__ = [
    "MAX_QUESTIONS",
    "AcceptedText",
    "MatchQuestion",
    "MultipleQuestion",
    "NumberQuestion",
    "OpenQuestion",
    "Option",
    "OptionsQuestion",
    "OrderQuestion",
    "Pair",
    "PollQuestion",
    "Question",
    "QuestionFields",
    "QuestionKind",
    "Quiz",
    "RankingQuestion",
    "ScaleQuestion",
    "SingleQuestion",
    "SlideQuestion",
    "TextQuestion",
    "TimeLimitMs",
    "TrueFalseQuestion",
    "WordsQuestion",
    "options_of",
]  # the kinds of question are a file of their own; everybody takes them from here, with the messages

PROTOCOL_VERSION: Final = 1

# Limits of one message, in bytes of its text frame.
MAX_MESSAGE_BYTES: Final = 64 * 1024
MAX_CREATE_SESSION_BYTES: Final = 1024 * 1024

MAX_NAME_CHARACTERS: Final = 24
MAX_PLAYERS: Final = 20_000
CODE_DIGITS: Final = 6
LEADERBOARD_ENTRIES: Final = 10
PODIUM_ENTRIES: Final = 3
MAX_RESULTS_ANSWERS: Final = 50_000
"""Players × questions in one `results`, about; the others follow in the next."""

PICKED_TEXTS: Final = 12
"""Texts of an `open` question that the host can show at a time."""
ANSWERS_PER_PAGE: Final = 200
"""Different answers in one `answers`."""
MAX_OWN_WORDS: Final = 100
MAX_ANSWER_GROUPS: Final = 5 * MAX_PLAYERS
"""Different answers to one question: five words from each player."""

# How often lists that grow with a session may be sent, in milliseconds between two of them.
HOST_PROGRESS_INTERVAL_MS: Final = 100
LOBBY_INTERVAL_MS: Final = 1000
PLAYER_PROGRESS_INTERVAL_MS: Final = 2000
LIVE_INTERVAL_MS: Final = 250
MAX_LIVE_BYTES: Final = 2048
"""Of a `live_tally`, whatever was written."""


class ErrorCode(StrEnum):
    """`error.code`; after any of them the connection stays usable."""

    BAD_MESSAGE = "bad_message"  # not of this protocol; `message` names the path of the wrong field
    UNKNOWN_TYPE = "unknown_type"  # there is no such command
    FORBIDDEN = "forbidden"  # not for this role, or this connection already has one
    SESSION_NOT_FOUND = "session_not_found"  # there is no session with this code
    SESSION_FULL = "session_full"  # `max_players` seats are taken
    SESSION_LOCKED = "session_locked"  # the host lets nobody in now
    SESSION_ENDED = "session_ended"  # the session is over
    NAME_INVALID = "name_invalid"  # empty, too long, or with invisible or control characters
    NAME_TAKEN = "name_taken"  # somebody in the session has this name
    NOT_OPEN_YET = "not_open_yet"  # `opens_at` has not come
    QUESTION_CLOSED = "question_closed"  # another question, or its `closes_at` has passed
    ALREADY_ANSWERED = "already_answered"  # only the first answer counts
    INVALID_ANSWER = "invalid_answer"  # no option of this question, or not of its kind
    INVALID_TOKEN = "invalid_token"  # not signed by this server, or its player left or was kicked
    WRONG_PHASE = "wrong_phase"  # not possible in the present phase
    RATE_LIMITED = "rate_limited"  # too many commands; try again after `retry_after_ms`
    UNAVAILABLE = "unavailable"  # cannot be stored now: nothing was lost, try again after `retry_after_ms`
    TOO_MANY_SESSIONS = "too_many_sessions"  # no room for a further session now


class CloseCode(IntEnum):
    """Why the server closes a connection. 4000–4499: reconnect and resume; 4500–4999: do not."""

    UNSUPPORTED_DATA = 1003  # a binary frame
    INVALID_DATA = 1007  # invalid UTF-8
    POLICY_VIOLATION = 1008  # goes on flooding
    MESSAGE_TOO_BIG = 1009  # a message over the limit
    GATEWAY_DRAINING = 1012  # reconnect after the milliseconds in the reason, and resume
    TOO_SLOW = 1013  # the client reads too slowly; resume
    RESYNC = 4000  # the gateway missed something that cannot be made good in place; resume
    SESSION_OVER = 4500  # the session is over
    KICKED = 4501  # the host removed the player
    CONNECTED_ELSEWHERE = 4502  # the same token connected elsewhere; the newest connection wins


class Role(StrEnum):
    """What a connection may act as, proved by its token."""

    HOST = "host"
    PLAYER = "player"


class Phase(StrEnum):
    """The phases of a session, in order; `question` and `results` alternate."""

    LOBBY = "lobby"
    QUESTION = "question"
    RESULTS = "results"
    ENDED = "ended"


# -- the session --------------------------------------------------------------------------


class Settings(Struct, frozen=True):
    """How a session is played."""

    lead_ms: Annotated[int, Meta(ge=0, le=10_000)] = 3000
    """From `new_question` to `opens_at`, so that every device shows the options at the same instant."""
    show_question_on_player: bool = True
    auto_advance_ms: Annotated[int, Meta(ge=0, le=600_000)] | None = None
    """From the results to the next question; null: the host moves on."""
    max_players: Annotated[int, Meta(ge=1, le=MAX_PLAYERS)] = MAX_PLAYERS
    streak_bonus: bool = False
    randomize_options: bool = False
    randomize_questions: bool = False
    grace_ms: Annotated[int, Meta(ge=0, le=2000)] = 500
    """How much of an answer's way to the server may be forgiven, at most; 0: what counts is when it arrived."""
    scoring: Literal["speed", "flat"] = "speed"
    """Whether a quicker answer earns more."""
    penalty: Annotated[int, Meta(ge=0, le=100)] = 0
    """What a wrong answer costs, in percent of the question's points; silence costs nothing."""
    ranking: Literal["question", "end", "never"] = "question"
    """When leaderboard and ranks are told: after each question, at the end, or never."""
    rank_on_players: bool = True
    """Whether players are told their own rank."""
    filter: Literal["off", "hold", "hide"] = "hold"
    """What becomes of names and texts with a word of the filter's lists: all are shown; they wait for the host, who is
    told how many there are; or they are hidden without a word. The host may show any of them."""
    stand_in: Annotated[str, Meta(min_length=1, max_length=16)] = "Player"
    """The name, before a number, of players whose own is not shown."""
    live_texts: bool = False
    """Whether the host's devices show words and open texts before the close, until `show_live` says otherwise."""


# -- what commands and messages are made of -------------------------------------------------

MessageId = Annotated[str, Meta(min_length=1, max_length=64)]
Code = Annotated[str, Meta(pattern=r"^[0-9]{6}$", max_length=6)]  # the pattern alone lets a last newline through
QuestionIndex = Annotated[int, Meta(ge=0, le=MAX_QUESTIONS - 1)]
OptionIndex = Annotated[int, Meta(ge=0, le=10)]
AnswerPart = Annotated[int, Meta(ge=-1, le=10)] | Annotated[str, Meta(max_length=25)]
ExtraTimePercent = Literal[0, 25, 50, 100]
PagePart = Literal["view", "message"]
AnswerText = Annotated[str, Meta(min_length=1, max_length=250)]
FilteredWord = Annotated[str, Meta(min_length=1, max_length=40)]
ElapsedMs = Annotated[int, Meta(ge=0, le=3_600_000)]
Answer = OptionIndex | Annotated[str, Meta(max_length=250)] | Annotated[tuple[AnswerPart, ...], Meta(max_length=10)]


def indexes_in(answer: Answer) -> tuple[int, ...]:
    """The indexes that an answer consists of: one, or those in its list."""
    parts = answer if isinstance(answer, tuple) else (answer,)
    return tuple(part for part in parts if isinstance(part, int))


# -- parts of server messages ---------------------------------------------------------------


class PublicOption(Struct, frozen=True):
    """A choice as everyone may see it."""

    text: str


class PublicQuestion(Struct, frozen=True, kw_only=True):
    """A question as everyone may see it: nothing in it tells what is right.

    What follows `time_limit_ms` is there for the kinds that have it; `options` is empty for kinds without.
    """

    index: int
    total: int
    kind: QuestionKind
    text: str
    image: str | None
    options: tuple[PublicOption, ...]
    points: int
    time_limit_ms: int | None
    """Null: there is none; the question ends when all have answered, or when the host closes it."""
    image_alt: str | UnsetType = UNSET
    """What the picture shows."""
    max_choices: int | UnsetType = UNSET
    """`poll`: how many options may be chosen."""
    unit: str | UnsetType | None = UNSET
    """`number`."""
    min: str | UnsetType | None = UNSET
    """`number`: with `max` and `step`, a slider; null: the number is typed."""
    max: str | UnsetType | None = UNSET
    step: str | UnsetType | None = UNSET
    items: tuple[str, ...] | UnsetType = UNSET
    """`order`: shuffled, the same for all."""
    left: tuple[str, ...] | UnsetType = UNSET
    """`match`."""
    right: tuple[str, ...] | UnsetType = UNSET
    """`match`: shuffled, the same for all."""
    max_words: int | UnsetType = UNSET
    """`words`."""
    min_label: str | UnsetType = UNSET
    """`scale`."""
    max_label: str | UnsetType = UNSET
    steps: int | UnsetType = UNSET
    """`scale`: how many there are to choose from."""
    top: int | UnsetType = UNSET
    """`ranking`: how many options are ranked."""
    body: str | UnsetType | None = UNSET
    """`slide`."""


class Ruling(Struct, frozen=True, kw_only=True):
    """What the host decides about a closed question: exactly one of `accept`, `void` and `points`."""

    accept: OptionIndex | Annotated[str, Meta(min_length=1, max_length=80)] | None = None
    """An option by its index, or a text or number as it was answered, that earns `share`."""
    share: Annotated[int, Meta(ge=0, le=100)] = 100
    """In percent, for `accept`; 0 takes back what counted."""
    void: bool = False
    """The question counts for nothing."""
    points: Annotated[int, Meta(ge=-2000, le=2000)] | None = None
    """On top, for one player."""
    player_id: Annotated[str, Meta(max_length=64)] | None = None

    def __post_init__(self) -> None:
        """Raises RuleBroken unless it decides exactly one thing; msgspec adds the path."""
        if (self.accept is not None) + self.void + (self.points is not None) != 1:
            advice = "a ruling has exactly one of `accept`, `void` and `points`"
            raise RuleBroken("accept", BrokenRule.ONE_DECISION, advice)
        if (self.points is None) != (self.player_id is None):
            raise RuleBroken("player_id", BrokenRule.ONE_DECISION, "points are for one player")


class RulingMade(Struct, frozen=True, kw_only=True):
    """A ruling that holds."""

    number: int
    """What `undo_ruling` takes."""
    ruling: Ruling


class RulingEffect(Struct, frozen=True, kw_only=True):
    """What a ruling, or its end, has changed for a player."""

    number: int
    points: int
    """How many more the player has for the question; below 0: fewer."""
    undone: bool = False
    ruling: Ruling
    """What was decided, or is no longer."""


class KeyDoubt(Struct, frozen=True, kw_only=True):
    """The key of a question may be wrong: most of the leaders gave the same answer, and it is not marked right.

    The leaders are the best 27 percent of those who answered, by their points before the question.
    """

    accept: OptionIndex | str
    """Their answer, as `rule` takes it: an option by its index, or a text or number."""
    chosen: int
    """How many of the leaders gave it."""
    leaders: int
    index: int
    """The upper-lower discrimination index of the key, in percent: below 0, the leaders were right less often than the
    last."""


# -- what is told of a closed question ------------------------------------------------------


class Solution(Struct, frozen=True, kw_only=True):
    """What is right, by kind: the other fields are absent."""

    correct: tuple[int, ...] | UnsetType = UNSET
    """Indexes of the correct options."""
    accepted: tuple[AcceptedText, ...] | UnsetType = UNSET
    """`text`: as the author wrote them, each with the share of the points that it earns."""
    value: str | UnsetType = UNSET
    """`number`."""
    tolerance: str | UnsetType = UNSET
    unit: str | UnsetType | None = UNSET
    items: tuple[int, ...] | UnsetType = UNSET
    """`order`: the right order as indexes."""
    rights: tuple[int, ...] | UnsetType = UNSET
    """`match`: for each text on the left the index of the one on the right."""


class TextGroup(Struct, frozen=True, kw_only=True):
    """A text, and how many have answered with it or with what is compared as the same."""

    text: str
    count: int
    share: int | None
    """How much of it is right, in percent."""


class WordCount(Struct, frozen=True, kw_only=True):
    """A word, and how many have named it."""

    text: str
    count: int


class NearestAnswer(Struct, frozen=True, kw_only=True):
    """A player whose number came nearest."""

    player_id: str
    name: str
    answer: str


class Tally(Struct, frozen=True, kw_only=True):
    """How a question was answered, by kind: the other fields are absent."""

    counts: tuple[int | tuple[int, ...], ...] | UnsetType = UNSET
    """By option, by step of a `scale`, or for `match` by left and right."""
    groups: tuple[TextGroup, ...] | UnsetType = UNSET
    """`text`: the most frequent ones, at most 20."""
    distinct: int | UnsetType = UNSET
    """`text`, `words`: how many different ones there are."""
    from_: str | UnsetType | None = msgspec.field(default=UNSET, name="from")
    """`number`: what 2 percent of the answers are below of; null without any."""
    to: str | UnsetType | None = UNSET
    """`number`: what 2 percent of the answers are above of; null without any."""
    bins: tuple[int, ...] | UnsetType = UNSET
    """`number`: counts of 20 equal parts between `from` and `to`, both included."""
    below: int | UnsetType = UNSET
    above: int | UnsetType = UNSET
    nearest: tuple[NearestAnswer, ...] | UnsetType = UNSET
    """`number`: the three that came nearest."""
    places: tuple[tuple[int, ...], ...] | UnsetType = UNSET
    """`order`: for each item how often it was put in each place."""
    words: tuple[WordCount, ...] | UnsetType = UNSET
    """`words`: the most frequent ones, at most 60."""
    texts: tuple[str, ...] | UnsetType = UNSET
    """`open`: those that the host has picked, at most 12."""
    count: int | UnsetType = UNSET
    """`open`: how many there are."""
    median: int | float | UnsetType | None = UNSET
    """`scale`: as an index; null without any answer."""
    points: tuple[int, ...] | UnsetType = UNSET
    """`ranking`, by option: first of m gets m, the last 1, unranked 0; the mean, times 100."""
    firsts: tuple[int, ...] | UnsetType = UNSET
    """`ranking`, by option: how often it was ranked first."""


# -- people ---------------------------------------------------------------------------------


class RosterEntry(Struct, frozen=True):
    """A player in the host's list."""

    id: str
    name: str
    avatar: str
    withheld: str | UnsetType = UNSET
    """What the player typed, where that is not shown: for the remote rather than the stage. See `show_name`."""


class HostPlayer(Struct, frozen=True, kw_only=True):
    """A player in the host's `session`, with what a page needs to draw the list from nothing."""

    id: str
    name: str
    avatar: str
    connected: bool
    answered: bool
    points: int
    extra_time_percent: ExtraTimePercent = 0
    asks_extra_time: bool = False
    """Until the host has set it."""
    withheld: str | UnsetType = UNSET
    """As in `players_joined`."""
    seat_offered: bool | UnsetType = UNSET
    """Whether whoever joins by this name has the seat: see `offer_seat`."""


class LeaderboardEntry(Struct, frozen=True, kw_only=True):
    """One line of the leaderboard; `previous_rank` is null if there was none, `streak` counts correct answers."""

    rank: int
    player_id: str
    name: str
    avatar: str
    points: int
    delta: int
    previous_rank: int | None
    streak: int


class ServerMessage(Struct, frozen=True, kw_only=True, tag_field="type"):
    """A message from the server. `reply_to` is the `id` of the command that it answers."""

    droppable: ClassVar[bool] = False
    """Whether a slow player may go without it, since the next one of its kind says all that it says."""

    reply_to: str | UnsetType = UNSET


class Broadcast(ServerMessage, frozen=True, kw_only=True):
    """A change of state that everyone sees; `seq` grows by one for each."""

    seq: int


# -- server to client: broadcasts -----------------------------------------------------------


class SessionLocked(Broadcast, frozen=True, tag="session_locked"):
    """To all: new players are refused, or let in again."""

    locked: bool


class QuizPaused(Broadcast, frozen=True, tag="quiz_paused"):
    """To all: auto-advance is held, or runs again; in the results its time then starts from the beginning."""

    paused: bool
    advances_at: int | None = None
    """When the next question comes by itself, in the results; null: it does not."""


class NewQuestion(Broadcast, frozen=True, tag="new_question"):
    """To all, `lead_ms` before `opens_at`: show the options at `opens_at` on the synchronised clock."""

    question: PublicQuestion
    opens_at: int
    closes_at: int | None
    """Null: the question has no time limit."""
    total: int | UnsetType = UNSET
    """How many players there are to answer it."""


class QuestionExtended(Broadcast, frozen=True, tag="question_extended"):
    """To all: the open question has more time. Extra time of players is added to the new limit."""

    question: int
    time_limit_ms: int
    closes_at: int


class QuestionResults(Broadcast, frozen=True, tag="question_results"):
    """To all, when a question was closed."""

    question: int
    correct: tuple[int, ...]
    counts: tuple[int, ...]
    answered: int
    total: int
    explanation: str | None
    advances_at: int | None = None
    """When the next question comes by itself; null: the host moves on. Later changes are in `quiz_paused`."""
    solution: Solution | None = None
    """Null where nothing is right; `correct` says the same for kinds with options, and is empty for others."""
    void: bool | UnsetType = UNSET
    """True: it was skipped or ruled out, and counts for nothing."""
    rulings: tuple[RulingMade, ...] | UnsetType = UNSET
    """Those that hold for the question, the earliest first."""
    tally: Tally | None = None
    """Players may get fewer groups or words than the host: what they get stays small whatever was written."""
    doubt: KeyDoubt | UnsetType = UNSET
    """To the host only, and for the remote rather than the stage: a reason to look at the key again."""
    withheld: int | UnsetType = UNSET
    """To the host only: how many different texts the filter holds until the host shows them."""


class QuestionClock(Broadcast, frozen=True, tag="question_clock"):
    """To all: the clock of the open question has stopped, or runs again; then both moments are later by the stop.

    Who has extra time closes as much later, too.
    """

    question: int
    stopped_at: int | None
    """Null: it runs."""
    opens_at: int
    closes_at: int


class QuestionAdded(Broadcast, frozen=True, tag="question_added"):
    """To all: the host has added a question, which comes next; the quiz has so many now."""

    total: int


class EarlierResults(Struct, frozen=True, kw_only=True):
    """A question that was closed before the current one, and its results of now."""

    question: PublicQuestion
    results: QuestionResults
    """Its `seq` is 0: it is no broadcast."""


class Leaderboard(Broadcast, frozen=True, tag="leaderboard"):
    """To all, after the results: the top ten, and how many players there are."""

    question: int
    entries: tuple[LeaderboardEntry, ...]
    total: int


class QuizEnded(Broadcast, frozen=True, tag="quiz_ended"):
    """To all, after the last question: the top three."""

    podium: tuple[LeaderboardEntry, ...]
    total: int
    questions: int
    tied: int = 0
    """How many more have as many points as the last of the podium."""


class SessionContinues(Broadcast, frozen=True, tag="session_continues"):
    """To all, after the end: the host asks the players to join this session, each with the same name and avatar."""

    code: str


class PlayerRenamed(Broadcast, frozen=True, tag="player_renamed"):
    """To all: a player has this name from here on, also where another one was told before."""

    player_id: str
    name: str
    withheld: str | UnsetType = UNSET
    """To the host only: as in `players_joined`."""


class HostLeft(Broadcast, frozen=True, tag="host_left"):
    """To players: the host's connection is gone; the quiz goes on by its timers."""


class HostReturned(Broadcast, frozen=True, tag="host_returned"):
    """To players: the host is back."""


class SessionClosed(Broadcast, frozen=True, tag="session_closed"):
    """To all, then the connection closes with 4500. `reason`: `ended_by_host`, `idle` or `lost`."""

    reason: str


class LiveTally(ServerMessage, frozen=True, tag="live_tally"):
    """To the host, on each device, at most four times a second: what was written to the open question until now.

    It comes only while `show_live` is on, for `words` and `open`, and has only what everyone may see after the close:
    nothing that the filter withholds or the host has hidden, and of an `open` question the texts that the host has
    picked. It has at most 2 KB: so many of the most frequent words, or of the texts that were picked last.
    """

    droppable = True

    question: int
    tally: Tally
    withheld: int | UnsetType = UNSET
    """How many different texts the filter holds until the host shows them."""


# -- server to client: the session as one message -------------------------------------------


class SessionView(Struct, frozen=True, kw_only=True):
    """All that a page needs to draw itself from nothing; what the phase does not have is absent."""

    code: str
    title: str
    phase: Phase
    seq: int
    locked: bool
    player_count: int
    settings: Settings
    server_time: int
    host_connected: bool
    paused: bool = False
    question: PublicQuestion | UnsetType = UNSET
    opens_at: int | UnsetType = UNSET
    closes_at: int | UnsetType | None = UNSET
    stopped_at: int | UnsetType | None = UNSET
    """While a question is open: when the host has stopped its clock; null: it runs."""
    answered: int | UnsetType = UNSET
    total: int | UnsetType = UNSET
    live: bool | UnsetType = UNSET
    """For the host: whether words and open texts are shown before the close."""
    live_tally: LiveTally | UnsetType = UNSET
    """For the host: what it would say now of the open question, if anything."""
    notes: str | UnsetType | None = UNSET
    """For the host: those of the current question."""
    results: QuestionResults | UnsetType = UNSET
    leaderboard: Leaderboard | UnsetType = UNSET
    podium: tuple[LeaderboardEntry, ...] | UnsetType = UNSET
    tied: int | UnsetType = UNSET
    """At the end: how many more have as many points as the last of the podium."""
    players: tuple[HostPlayer, ...] | UnsetType = UNSET
    earlier: EarlierResults | UnsetType = UNSET
    """For the host: the earlier results that are shown instead of those of now."""
    advances_at: int | UnsetType | None = UNSET
    """In the results: when the next question comes by itself; null: the host moves on."""
    continues_in: str | UnsetType = UNSET
    """At the end: the code of the session where players go on, as `session_continues` said it."""


# -- server to client: to one connection ----------------------------------------------------


class SessionCreated(ServerMessage, frozen=True, tag="session_created"):
    """To the host."""

    code: str
    host_token: str
    join_url: str
    session: SessionView


class YourResult(ServerMessage, frozen=True, tag="your_result", gc=False):
    """To the player, between `question_results` and `leaderboard`.

    `share` is how much of the answer was right, in percent, and `correct` whether all of it was; both are null where
    nothing can be right. `response_ms` is null without an answer, `rank` where the settings say that ranks are not told
    (yet).
    """

    question: int
    answered: bool
    correct: bool | None
    points: int
    total_points: int
    rank: int | None
    streak: int
    response_ms: int | None
    share: int | None = None
    ruling: RulingEffect | UnsetType = UNSET
    """Why the result comes again; without it, only the sums or the rank have changed."""


class YourFinal(ServerMessage, frozen=True, tag="your_final"):
    """To the player, after `quiz_ended`. `correct` counts right answers.

    `average_response_ms` is that of the answers given, rounded down; null if there was none. `rank` is null where the
    settings say that ranks are not told.
    """

    rank: int | None
    points: int
    correct: int
    questions: int
    best_streak: int = 0
    average_response_ms: int | None = None


class You(Struct, frozen=True, kw_only=True):
    """A player's own part of `resumed`; `answered` is about the current question."""

    player_id: str
    name: str
    avatar: str
    total_points: int
    rank: int | None
    streak: int
    answered: bool
    answer: Answer | None = None
    extra_time_percent: ExtraTimePercent = 0
    """From the next question on; what holds for the open one is in `closes_at`."""
    asks_extra_time: bool = False
    """Until the host has set it."""
    closes_at: int | UnsetType | None = UNSET
    """Of the open question, by the player's own limit; null: it has none."""
    result: YourResult | UnsetType = UNSET
    revised: YourResult | UnsetType = UNSET
    """Of another question than `result`: the last one that a ruling has changed since the current one was closed."""
    final: YourFinal | UnsetType = UNSET
    """When the quiz has ended."""
    name_withheld: bool | UnsetType = UNSET
    """As in `joined`."""


class Joined(ServerMessage, frozen=True, tag="joined"):
    """To the player."""

    code: str
    player_id: str
    player_token: str
    name: str
    avatar: str
    session: SessionView
    name_withheld: bool | UnsetType = UNSET
    """True: `name` stands in for what the player typed, until the host shows that."""
    you: You | UnsetType = UNSET
    """What was the player's before, where the seat is not a new one."""


class Resumed(ServerMessage, frozen=True, kw_only=True, tag="resumed"):
    """To whoever asked: the whole picture."""

    role: Role
    code: str
    player_id: str | UnsetType = UNSET
    session: SessionView
    you: You | UnsetType = UNSET
    remote: bool | UnsetType = UNSET
    """For a host: whether as the remote control."""
    join_url: str | UnsetType = UNSET
    """For a host: where players join now; the server's address may have changed since the session was opened."""


class Ok(ServerMessage, frozen=True, tag="ok"):
    """To whoever asked: done."""


class Clock(ServerMessage, frozen=True, tag="clock"):
    """To whoever asked: `t0` as sent, `t1` when it was received, `t2` when this was sent."""

    t0: int | float
    t1: int
    t2: int


class PlayersJoined(ServerMessage, frozen=True, tag="players_joined"):
    """To the host: who joined since the last one."""

    players: tuple[RosterEntry, ...]
    player_count: int


class PlayersLeft(ServerMessage, frozen=True, tag="players_left"):
    """To the host: who left since the last one. One message for each `reason`."""

    player_ids: tuple[str, ...]
    player_count: int
    reason: Literal["left", "kicked", "disconnected"]


class PlayersReturned(ServerMessage, frozen=True, tag="players_returned"):
    """To the host: who resumed since the last one."""

    player_ids: tuple[str, ...]
    player_count: int


class QuestionNotes(ServerMessage, frozen=True, tag="question_notes"):
    """To the host, with `new_question`: the author's notes for it, where there are some."""

    question: int
    notes: str


class ExtraTimeAsked(ServerMessage, frozen=True, tag="extra_time_asked"):
    """To the host: who asked for extra time since the last one."""

    player_ids: tuple[str, ...]


class ExtraTimeSet(ServerMessage, frozen=True, tag="extra_time_set"):
    """To the host, on each device: what a player's extra time is from the next question on."""

    player_id: str
    percent: ExtraTimePercent


class SeatOffered(ServerMessage, frozen=True, tag="seat_offered"):
    """To the host, on each device: whether the seat of a player who is away is offered."""

    player_id: str
    offered: bool


class YourExtraTime(ServerMessage, frozen=True, tag="your_extra_time"):
    """To the player: the host has set it. It holds from the next `new_question` on; 0: none."""

    percent: ExtraTimePercent


class Lobby(ServerMessage, frozen=True, tag="lobby"):
    """To players, at most once a second."""

    droppable = True

    player_count: int


class AnswerAccepted(ServerMessage, frozen=True, tag="answer_accepted"):
    """To the player: this answer counts, and is stored.

    `received_at` is when it arrived at the server, `counted_at` the moment by which it is judged: see Fairness.
    `receipt` begins the hash of its record in the session's log: with it the player can prove that the answer was
    accepted.
    """

    question: int
    received_at: int
    counted_at: int
    receipt: str | UnsetType = UNSET


class AnswerProgress(ServerMessage, frozen=True, tag="answer_progress"):
    """To all, coalesced: how many have answered. `player_ids`, to the host only: those new since the last one."""

    droppable = True

    question: int
    answered: int
    total: int
    player_ids: tuple[str, ...] | UnsetType = UNSET


class LiveShown(ServerMessage, frozen=True, tag="live_shown"):
    """To the host, on each device: words and open texts are shown before the close from here on, or no longer."""

    shown: bool


class EarlierShown(ServerMessage, frozen=True, tag="earlier_shown"):
    """To the host, on each device: the results of an earlier question are shown, or, null, no longer."""

    earlier: EarlierResults | None


class QuestionSummary(Struct, frozen=True, kw_only=True):
    """A closed question with its solution, and how it was answered."""

    index: int
    kind: QuestionKind
    text: str
    options: tuple[str, ...]
    correct: tuple[int, ...]
    counts: tuple[int, ...]
    answered: int
    total: int
    points: int
    time_limit_ms: int | None
    solution: Solution | None = None
    tally: Tally | None = None
    void: bool | UnsetType = UNSET
    """True: it was skipped or ruled out, and counts for nothing."""
    rulings: tuple[RulingMade, ...] | UnsetType = UNSET
    """Those that hold for it, the earliest first; `correct` and `solution` follow them."""


class PlayerAnswer(Struct, frozen=True, kw_only=True, gc=False):
    """What a player did with one question.

    `answer` and `response_ms` are null without one, `correct` and `share` where nothing can be right.
    """

    question: int
    answer: Answer | None
    correct: bool | None
    points: int
    response_ms: int | None
    share: int | None = None


class PlayerSummary(Struct, frozen=True, kw_only=True):
    """A player's whole quiz. `rank` is null for players who joined after the last closed question."""

    id: str
    name: str
    avatar: str
    rank: int | None
    points: int
    correct: int
    answers: tuple[PlayerAnswer | None, ...]
    """One for each closed question; null for those before the player joined."""


class Results(ServerMessage, frozen=True, tag="results"):
    """To the host who asked: closed questions, and players, best first, without those who have left."""

    title: str
    questions: tuple[QuestionSummary, ...]
    players: tuple[PlayerSummary, ...]
    next_offset: int | None = None
    """Where more players are: what to ask for next; null: these were the last."""
    log_head: str | UnsetType = UNSET
    """The hash of the last record of the session's log, in hexadecimal digits."""


class Ruled(ServerMessage, frozen=True, tag="ruled"):
    """To the host who asked: the ranking before and after a ruling, or what it would be."""

    number: int | None
    """For `undo_ruling`; null: it was a preview."""
    before: tuple[LeaderboardEntry, ...]
    """The top ten."""
    after: tuple[LeaderboardEntry, ...]
    moved: int
    """How many players have another rank."""


class AgendaEntry(Struct, frozen=True, kw_only=True):
    """A question of the quiz as the host finds it in a list."""

    index: int
    kind: QuestionKind
    text: str
    """Its first 120 characters."""


class Agenda(ServerMessage, frozen=True, tag="agenda"):
    """To the host who asked: all questions in the order in which they are played, those that were asked first."""

    question: int
    """The one that is open, or was last; -1 in the lobby."""
    questions: tuple[AgendaEntry, ...]


class AnswerGroup(Struct, frozen=True, kw_only=True):
    """An answer, and who has given it or one that is compared as the same."""

    text: str
    """As written; what was chosen or arranged, in words."""
    count: int
    share: int | None
    """How much of it is right, in percent; null where nothing can be, and while the question is open."""
    player_ids: tuple[str, ...]
    """Those who are still in the session."""
    shown: bool | UnsetType = UNSET
    """Whether everyone sees it, or will at the close: see `show_answer`. Absent for kinds that tell no texts."""
    merged: tuple[str, ...] | UnsetType = UNSET
    """Texts that were merged into this one, and count with it."""
    withheld: bool | UnsetType = UNSET
    """True: the filter does not let everyone see it; the host may."""


class Answers(ServerMessage, frozen=True, tag="answers"):
    """To the host who asked: the answers to a question, the most frequent first."""

    question: int
    answers: tuple[AnswerGroup, ...]
    next_offset: int | None = None
    """Where more are: what to ask for next; null: these were the last."""


class Log(ServerMessage, frozen=True, tag="log"):
    """To the host who asked: lines of the log, each with its line break. All texts in a row are the file."""

    text: str
    next_cursor: str | None = None
    """Where more lines are: what to ask for next; null: these were the last."""


class Kicked(ServerMessage, frozen=True, tag="kicked"):
    """To the player, then the connection closes with 4501."""

    reason: str


class Error(ServerMessage, frozen=True, tag="error"):
    """To whoever caused it. `message` is for people and says what to do."""

    code: ErrorCode
    message: str
    retry_after_ms: int | UnsetType = UNSET
    path: str | UnsetType = UNSET
    """`bad_message`: the field that is wrong, such as `$.quiz.questions[3].options`."""
    rule: BrokenRule | UnsetType = UNSET
    """`bad_message`: which rule the field breaks."""
    limit: int | str | UnsetType = UNSET
    """What the rule allows; for `unknown`, the value that it does not."""


# -- client to server -----------------------------------------------------------------------

ReplyMessage = TypeVar("ReplyMessage", bound=ServerMessage)
ANY_PHASE: Final = frozenset(Phase)
_PLAYED: Final = frozenset({Phase.RESULTS, Phase.ENDED})
_NOT_ENDED: Final = ANY_PHASE - {Phase.ENDED}


class ClientMessage(Struct, Generic[ReplyMessage], frozen=True, kw_only=True, tag_field="type"):
    """A command. `id`, if given, comes back as `reply_to` in its one reply: a `ReplyMessage`, or `error`.

    Who may send a command, and when, is declared on its class. Gateways, the engine, clients and the
    generated docs go by that.
    """

    by: ClassVar[Role | None] = None
    """Who may send it; None: a connection without a role."""
    phases: ClassVar[frozenset[Phase]] = ANY_PHASE
    """The phases of the session in which it is possible."""
    otherwise: ClassVar[tuple[ErrorCode, str]] = (ErrorCode.WRONG_PHASE, "")
    """The error in another phase, and what people are told."""

    id: MessageId | None = None


class EntryCommand(ClientMessage[ReplyMessage], Generic[ReplyMessage], frozen=True):
    """A command that gives a connection its one role."""


class HostCommand(ClientMessage[ReplyMessage], Generic[ReplyMessage], frozen=True):
    """A command of the session's host."""

    by = Role.HOST


class PlayerCommand(ClientMessage[ReplyMessage], Generic[ReplyMessage], frozen=True):
    """A command of a player in the session."""

    by = Role.PLAYER


class CreateSession(EntryCommand[SessionCreated], frozen=True, tag="create_session"):
    """Opens a session for this quiz; the connection becomes its host."""

    quiz: Quiz
    settings: Settings = Settings()
    own_words: Annotated[tuple[FilteredWord, ...], Meta(max_length=MAX_OWN_WORDS)] = ()
    """Words that the filter finds besides its own: as a whole; with an asterisk at the end what begins so, and between
    two of them anywhere in a word. Nobody else is told them."""


class JoinSession(EntryCommand[Joined], frozen=True, tag="join_session"):
    """Joins a session; the connection becomes a player."""

    phases = ANY_PHASE - {Phase.ENDED}
    otherwise = (ErrorCode.SESSION_ENDED, "This quiz is over. Ask the host for the code of the next one.")

    code: Code
    name: Annotated[str, Meta(max_length=200)]
    avatar: Annotated[str, Meta(max_length=64)] | None = None


class ResumeSession(EntryCommand[Resumed], frozen=True, tag="resume_session"):
    """Becomes the host or player again that the token names."""

    token: Annotated[str, Meta(max_length=512)]
    remote: bool = False
    """For a host's token: as a second device beside the stage, a remote control."""


class StartQuiz(HostCommand[Ok], frozen=True, tag="start_quiz"):
    """Opens question 0."""

    phases = frozenset({Phase.LOBBY})
    otherwise = (ErrorCode.WRONG_PHASE, "The quiz has already started.")

    question: QuestionIndex | None = None
    """The question that is to be opened; another one than the first is refused with `wrong_phase`."""


class NextQuestion(HostCommand[Ok], frozen=True, tag="next_question"):
    """Opens the next question, or ends the quiz after the last: from the results, or from a `slide`."""

    phases = frozenset({Phase.QUESTION, Phase.RESULTS})
    otherwise = (ErrorCode.WRONG_PHASE, "The next question can come when this one's results are shown.")

    question: QuestionIndex | None = None
    """The question whose results are shown, or the slide; where it is another by now, the command is refused."""


class CloseQuestion(HostCommand[Ok], frozen=True, tag="close_question"):
    """Closes the open question now."""

    phases = frozenset({Phase.QUESTION})
    otherwise = (ErrorCode.WRONG_PHASE, "No question is open now.")

    question: QuestionIndex | None = None
    """The question that it means; where another one is open by now, the command is refused."""


class SkipQuestion(HostCommand[Ok], frozen=True, tag="skip_question"):
    """Closes the open question now, and scores nothing: nobody earns points, and streaks go over it."""

    phases = frozenset({Phase.QUESTION})
    otherwise = (ErrorCode.WRONG_PHASE, "No question is open now.")

    question: QuestionIndex | None = None
    """The question that it means; where another one is open by now, the command is refused."""


class ExtendQuestion(HostCommand[Ok], frozen=True, tag="extend_question"):
    """Gives the open question more time, also again and again."""

    phases = frozenset({Phase.QUESTION})
    otherwise = (ErrorCode.WRONG_PHASE, "No question is open now.")

    question: QuestionIndex | None = None
    """The question that it means; where another one is open by now, the command is refused."""
    by_ms: TimeLimitMs = 10_000


class StopClock(HostCommand[Ok], frozen=True, tag="stop_clock"):
    """Stops the clock of the open question, or lets it run again; answers are taken all the time.

    One that comes while the clock stands is judged as of the moment when it was stopped. Stopped before `opens_at`, the
    question opens only when the clock runs again.
    """

    phases = frozenset({Phase.QUESTION})
    otherwise = (ErrorCode.WRONG_PHASE, "No question is open now.")

    stopped: bool
    question: QuestionIndex | None = None
    """The question that it means; where another one is open by now, the command is refused."""


class AskQuestion(HostCommand[Ok], frozen=True, tag="ask_question"):
    """Adds a question to the quiz after the current one, and opens it at once unless it is to come next."""

    phases = _NOT_ENDED
    otherwise = (ErrorCode.WRONG_PHASE, "The quiz is over.")

    asked: Question
    """As in the quiz of `create_session`; the quiz then has at most `MAX_QUESTIONS`."""
    question: QuestionIndex | None = None
    """The question that is shown; where another one is by now, the command is refused. In the lobby: 0."""
    open: bool = True
    """False: it is the next one, whenever the host moves on; so it can be added while a question is open."""


class ChooseQuestion(HostCommand[Ok], frozen=True, tag="choose_question"):
    """Opens another question than the next one; those in between come after it."""

    phases = _NOT_ENDED
    otherwise = (ErrorCode.WRONG_PHASE, "The quiz is over.")

    choice: QuestionIndex
    """One that was not asked yet, by its index in `agenda`."""
    total: Annotated[int, Meta(ge=1, le=MAX_QUESTIONS)]
    """How many questions there are in that `agenda`; where one was added since, the command is refused."""
    question: QuestionIndex | None = None
    """The question that is shown; where another one is by now, the command is refused. In the lobby: 0."""


class GetAgenda(HostCommand[Agenda], frozen=True, tag="get_agenda"):
    """Asks for the list of all questions, to choose from."""


class ShowEarlier(HostCommand[Ok], frozen=True, tag="show_earlier"):
    """Shows the results of an earlier question again, on the host's devices; players keep what they have.

    After the end it shows those of any question.
    """

    phases = _PLAYED
    otherwise = (ErrorCode.WRONG_PHASE, "Earlier results can be shown while results are, and after the end.")

    question: QuestionIndex | None
    """Null, or in the results the question of now: no longer. The next question and the end end it as well."""


class ShowLive(HostCommand[Ok], frozen=True, tag="show_live"):
    """Shows words and open texts on the host's devices while they are written, or only after the close.

    It holds for the open question and all that follow; players get them after the close as ever.
    """

    phases = _NOT_ENDED
    otherwise = (ErrorCode.WRONG_PHASE, "The quiz is over.")

    shown: bool


class SubmitAnswer(PlayerCommand[AnswerAccepted], frozen=True, tag="submit_answer"):
    """Answers the open question, once. Which question it is for decides whether it is in time, not the phase alone."""

    question: QuestionIndex
    answer: Answer
    elapsed_ms: ElapsedMs | None = None
    """From the moment when the options opened on the player's screen to the tap: see Fairness."""
    locale: Annotated[str, Meta(max_length=35)] | None = None
    """Language of the page, such as `de`: it decides whether `1.234` is above a thousand. Null: the point is the
    decimal sign."""


class KickPlayer(HostCommand[Ok], frozen=True, tag="kick_player"):
    """Removes a player from the session."""

    player_id: Annotated[str, Meta(max_length=64)]


class ShowName(HostCommand[Ok], frozen=True, tag="show_name"):
    """Shows everyone the name that a player typed, where the filter withholds it, or a stand-in for it."""

    player_id: Annotated[str, Meta(max_length=64)]
    shown: bool


class OfferSeat(HostCommand[Ok], frozen=True, tag="offer_seat"):
    """Lets whoever joins next by the name of a player who is away have that player's seat and points, or no longer."""

    player_id: Annotated[str, Meta(max_length=64)]
    offered: bool


class LockSession(HostCommand[Ok], frozen=True, tag="lock_session"):
    """Refuses new players, or lets them in again."""

    locked: bool


class PauseQuiz(HostCommand[Ok], frozen=True, tag="pause_quiz"):
    """Holds auto-advance, or lets it run again; an open question is not stopped."""

    paused: bool


class SetExtraTime(HostCommand[Ok], frozen=True, tag="set_extra_time"):
    """Makes a player's own time limit longer, from the next question on."""

    player_id: Annotated[str, Meta(max_length=64)]
    percent: ExtraTimePercent


class GetResults(HostCommand[Results], frozen=True, tag="get_results"):
    """Asks for the results of all closed questions and players."""

    phases = _PLAYED
    otherwise = (ErrorCode.WRONG_PHASE, "There are results when a question was closed.")

    offset: Annotated[int, Meta(ge=0, le=MAX_PLAYERS)] = 0
    """How many players to leave out, best first: what came as `next_offset`."""


class Rule(HostCommand[Ruled], frozen=True, tag="rule"):
    """Decides about a closed question in another way than it was judged; all points and ranks follow."""

    phases = _PLAYED
    otherwise = (ErrorCode.WRONG_PHASE, "A ruling is possible while results are shown, and after the end.")

    question: QuestionIndex
    ruling: Ruling
    preview: bool = False
    """Only says what would come of it."""


class UndoRuling(HostCommand[Ok], frozen=True, tag="undo_ruling"):
    """Takes a ruling back; the others hold."""

    phases = _PLAYED
    otherwise = (ErrorCode.WRONG_PHASE, "A ruling is possible while results are shown, and after the end.")

    number: Annotated[int, Meta(ge=1, le=1_000_000)]


class GetAnswers(HostCommand[Answers], frozen=True, tag="get_answers"):
    """Asks for the answers to a closed question, or to the open one if it is of the kind `words` or `open`.

    So the host can follow what is written, and decide what of it is shown; it reaches nobody else before the close.
    """

    phases = ANY_PHASE - {Phase.LOBBY}
    otherwise = (ErrorCode.WRONG_PHASE, "There are answers when a question was asked.")

    question: QuestionIndex
    offset: Annotated[int, Meta(ge=0, le=MAX_ANSWER_GROUPS)] = 0
    """How many answers to leave out: what came as `next_offset`."""


class ShowAnswer(HostCommand[Ok], frozen=True, tag="show_answer"):
    """Shows a text that was answered to everyone, or hides it. While results are shown, they come again with it.

    Texts of an `open` question are shown only when they were picked so, at most 12; words, and texts of a `text`
    question, until they are hidden. What is decided while a question is open is seen when it closes, or at once: see
    `show_live`.
    """

    phases = GetAnswers.phases
    otherwise = GetAnswers.otherwise

    question: QuestionIndex
    text: AnswerText
    """As `answers` has it."""
    shown: bool


class MergeAnswers(HostCommand[Ok], frozen=True, tag="merge_answers"):
    """Counts a word or an open text together with another one of the same question, or by itself again."""

    phases = GetAnswers.phases
    otherwise = GetAnswers.otherwise

    question: QuestionIndex
    text: AnswerText
    """As `answers` has it, also in `merged`."""
    into: AnswerText | None
    """Null: it counts by itself again."""


class GetLog(HostCommand[Log], frozen=True, tag="get_log"):
    """Asks for the session's log, which `quickpoll replay` plays again."""

    phases = _PLAYED
    otherwise = (ErrorCode.WRONG_PHASE, "The log can be had when a question was closed.")

    cursor: Annotated[str, Meta(pattern=r"^([0-9]{1,9}:[0-9a-f]{64})?$(?!\n)", max_length=74)] = ""
    """Where to go on: what came as `next_cursor`; empty: from the beginning."""


class ContinueIn(HostCommand[Ok], frozen=True, tag="continue_in"):
    """Asks everyone to go on in another session of the host; who resumes later is told as well."""

    phases = frozenset({Phase.ENDED})
    otherwise = (ErrorCode.WRONG_PHASE, "Players can go on in another session when this quiz is over.")

    code: Code


class EndSession(HostCommand[Ok], frozen=True, tag="end_session"):
    """Ends the session for everyone."""


class AskExtraTime(PlayerCommand[Ok], frozen=True, tag="ask_extra_time"):
    """Asks the host for extra time."""


class LeaveSession(PlayerCommand[Ok], frozen=True, tag="leave_session"):
    """Gives up the player's seat and points."""


class SyncClock(ClientMessage[Clock], frozen=True, tag="sync_clock"):
    """Asks for the server's clock; anyone may, and a gateway answers at once."""

    t0: int | float


class ReportFailure(ClientMessage[Ok], frozen=True, tag="report_failure"):
    """Says that a page failed and started again; a gateway counts it. Says nothing of what was shown or done."""

    where: PagePart
    """What failed: drawing a view, or taking in a message."""


# -- all of them ------------------------------------------------------------------------------


def _leaves(kind: type[Any]) -> list[type[Any]]:
    """The classes below `kind` that nothing is derived from, by their bases and then as they are written."""
    below = kind.__subclasses__()
    return [leaf for sub in below for leaf in _leaves(sub)] if below else [kind]


GATEWAY_COMMANDS: Final = (SyncClock, ReportFailure)
"""The commands that a gateway answers itself; anyone may send them."""
COMMANDS: Final[tuple[type[ClientMessage[Any]], ...]] = tuple(_leaves(ClientMessage))
"""Every command."""
MESSAGES: Final[tuple[type[ServerMessage], ...]] = tuple(_leaves(ServerMessage))
"""Every message from the server."""


def reply_of(command: type[ClientMessage[Any]]) -> type[ServerMessage]:
    """The type of the reply to a command that is not refused."""
    (base,) = command.__orig_bases__  # type: ignore[attr-defined]  # PEP 560; types.get_original_bases is of 3.12
    reply: type[ServerMessage] = get_args(base)[0]
    return reply


if TYPE_CHECKING:
    AnyClientMessage = ClientMessage[Any]
    SessionCommand = ClientMessage[Any]
    AnyServerMessage = ServerMessage
else:
    # What a decoder needs are all the classes by name; for the type checker their bases say as much.
    AnyClientMessage = reduce(or_, COMMANDS)
    SessionCommand = reduce(or_, (kind for kind in COMMANDS if kind not in GATEWAY_COMMANDS))
    """The commands that a coordinator answers."""
    AnyServerMessage = reduce(or_, MESSAGES)


# -- bytes <-> messages ---------------------------------------------------------------------


class BadMessage(Exception):
    """A message that is not of the protocol; `reply_to` is its `id`, where it has a usable one."""

    def __init__(
        self, code: ErrorCode, message: str, reply_to: str | UnsetType = UNSET, broken: Broken | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reply_to = reply_to
        self.broken = broken

    def as_error(self) -> Error:
        """The `error` message that its sender gets."""
        if self.broken is None:
            return Error(code=self.code, message=self.message, reply_to=self.reply_to)
        path, rule, limit = self.broken
        limited = UNSET if limit is None else limit
        return Error(code=self.code, message=self.message, reply_to=self.reply_to, path=path, rule=rule, limit=limited)


class _Head(Struct):
    """What can be read of a message that is wrong elsewhere."""

    type: Any = None
    id: Any = None


# What msgspec raises for text that is wrong, nested too deeply, or not Unicode.
_UNDECODABLE: Final = (msgspec.DecodeError, RecursionError, UnicodeError)
_command_decoder: Final[msgspec.json.Decoder[AnyClientMessage]] = msgspec.json.Decoder(AnyClientMessage)
_head_decoder: Final = msgspec.json.Decoder(_Head)
_message_decoder: Final[msgspec.json.Decoder[AnyServerMessage]] = msgspec.json.Decoder(AnyServerMessage)
_encoder: Final = msgspec.json.Encoder()
_COMMAND_TYPES: Final = frozenset(kind.__struct_config__.tag for kind in COMMANDS)


def decode_command(text: bytes | str) -> AnyClientMessage:
    """Decodes one text frame of a client.

    Raises:
        BadMessage: with `bad_message` and the path of the wrong field, or `unknown_type`.
    """
    try:
        return _command_decoder.decode(text)
    except _UNDECODABLE as error:
        raise _explain(text, error) from None


def _explain(text: bytes | str, error: Exception) -> BadMessage:
    try:
        head = _head_decoder.decode(text)
    except _UNDECODABLE:
        if isinstance(error, RecursionError):
            return BadMessage(ErrorCode.BAD_MESSAGE, "nested too deeply")
        if isinstance(error, msgspec.ValidationError):
            return BadMessage(ErrorCode.BAD_MESSAGE, str(error), broken=broken(error))
        return BadMessage(ErrorCode.BAD_MESSAGE, f"not JSON: {error}")
    reply_to = head.id if isinstance(head.id, str) and 1 <= len(head.id) <= 64 else UNSET
    if isinstance(head.type, str) and head.type not in _COMMAND_TYPES:
        return BadMessage(ErrorCode.UNKNOWN_TYPE, f"there is no command {head.type[:40]!r} - at `$.type`", reply_to)
    return BadMessage(ErrorCode.BAD_MESSAGE, str(error), reply_to, broken(error))


def encode_message(message: ServerMessage) -> bytes:
    """Encodes one server message as the UTF-8 text of a frame."""
    return _encoder.encode(message)


def encode_command(command: ClientMessage[Any]) -> bytes:
    """Encodes one client message as the UTF-8 text of a frame."""
    return _encoder.encode(command)


def decode_message(text: bytes | str) -> AnyServerMessage:
    """Decodes one text frame of the server, for clients in Python.

    Raises:
        msgspec.DecodeError: if it is not a message of the protocol.
    """
    return _message_decoder.decode(text)
