"""What the log of a session says: a closed list of records, each a JSON array of its kind and its fields.

What was done (`join`, `answer`, `next`, ...) is enough to play the session again; what came of it (`opened`, `closed`,
`ended`) says when, and with which results, so that a replay can be compared. `at` is the time of the entry in ms;
players are named by their number, questions and options by their index. No connection, token or request is in it.

A question comes with `opened`, its solution only with `closed`: the hash over a record is told to players
(`log_chain.py`), so nothing in it may depend on which option is correct before everyone knows.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from quickpoll.protocol import MAX_QUESTIONS, Answer, ExtraTimePercent, PublicQuestion, Question, Ruling, Settings


class HostRecord(Struct, frozen=True, array_like=True):
    """Something that the host did: a replay does it again as a command."""

    at: int


class Began(Struct, frozen=True, array_like=True, tag="session"):
    """The first: a session was created.

    `format` is that of the log, `version` that of quickpoll. `salt` was drawn, so that nobody can compute from a
    receipt what others have answered.
    """

    at: int
    format: int
    version: str
    code: str
    salt: str
    title: str
    questions: Annotated[int, Meta(ge=1, le=MAX_QUESTIONS)]
    settings: Settings


class PlayerJoined(Struct, frozen=True, array_like=True, tag="join"):
    """Somebody has joined; numbers grow from 0."""

    at: int
    player: int
    id: str
    name: str
    avatar: str
    round_trip_ms: int


class JoinedWithheld(PlayerJoined, frozen=True, array_like=True, tag="join_withheld"):
    """Somebody has joined, and the filter withholds the name: `shown` stands in for it."""

    shown: str


class Left(Struct, frozen=True, array_like=True, tag="leave"):
    """A player has given up the seat."""

    at: int
    player: int


class PlayerKicked(HostRecord, frozen=True, array_like=True, tag="kick"):
    """The host has removed a player."""

    player: int


class Away(Struct, frozen=True, array_like=True, tag="away"):
    """The connection of these players is gone; a question does not wait for them for long."""

    at: int
    players: tuple[int, ...]


class Connected(Struct, frozen=True, array_like=True, tag="link"):
    """A player has come back, or has changed to another connection."""

    at: int
    player: int
    round_trip_ms: int


class ShowsName(HostRecord, frozen=True, array_like=True, tag="show_name"):
    """The host has shown the name that a player typed, or has put a stand-in in its place."""

    player: int
    shown: bool


class Locked(HostRecord, frozen=True, array_like=True, tag="lock"):
    """The host has closed the session to new players, or opened it."""

    locked: bool


class Paused(HostRecord, frozen=True, array_like=True, tag="pause"):
    """The host has held auto-advance, or let it run again."""

    paused: bool


class ExtraTime(HostRecord, frozen=True, array_like=True, tag="extra_time"):
    """The host has set a player's extra time, from the next question on."""

    player: int
    percent: ExtraTimePercent


class Next(HostRecord, frozen=True, array_like=True, tag="next"):
    """The host has started the quiz, or moved on."""


class ClosesQuestion(HostRecord, frozen=True, array_like=True, tag="close"):
    """The host has closed the question."""


class Skips(HostRecord, frozen=True, array_like=True, tag="skip"):
    """The host has closed the question, and it counts for nothing."""


class Extends(HostRecord, frozen=True, array_like=True, tag="extend"):
    """The host has given the question more time."""

    by_ms: int


class StopsClock(HostRecord, frozen=True, array_like=True, tag="clock"):
    """The host has stopped the clock of the question, or has let it run again."""

    stopped: bool


class Adds(HostRecord, frozen=True, array_like=True, tag="add"):
    """The host has added a question, which has this index now. What is asked comes when it is opened, as for all."""

    question: int
    opens: bool


class Chooses(HostRecord, frozen=True, array_like=True, tag="choose"):
    """The host has opened another question than the next one; until then it had this index."""

    question: int


class Rules(HostRecord, frozen=True, array_like=True, tag="rule"):
    """The host has ruled about a closed question. `key` is the answer that is accepted, as it is compared."""

    question: int
    ruling: Ruling
    key: Answer | None


class UndoesRuling(HostRecord, frozen=True, array_like=True, tag="undo"):
    """The host has taken a ruling back; rulings are numbered from 1."""

    number: int


class Shows(HostRecord, frozen=True, array_like=True, tag="show"):
    """The host has shown a text of a question to everyone, or has hidden it. `key` is what is compared of it."""

    question: int
    key: str
    shown: bool


class Merges(HostRecord, frozen=True, array_like=True, tag="merge"):
    """The host has merged a text into another one, or, into none, has separated it."""

    question: int
    key: str
    into: str | None


class Rejudged(Struct, frozen=True, array_like=True, tag="rejudged"):
    """All questions were judged again, with these standings."""

    at: int
    standings: str


class Answered(Struct, frozen=True, array_like=True, tag="answer"):
    """An answer was accepted. From `elapsed_ms`, as the client said, and `round_trip_ms` follows when it counts."""

    at: int
    player: int
    question: int
    answer: Answer
    elapsed_ms: int | None
    round_trip_ms: int


class Wrote(Struct, frozen=True, array_like=True, tag="wrote"):
    """An answer that is a text was accepted. `key` is what is compared of it: a replay needs no Unicode tables."""

    at: int
    player: int
    question: int
    answer: Answer
    key: Answer
    elapsed_ms: int | None
    round_trip_ms: int


class WroteWithheld(Wrote, frozen=True, array_like=True, tag="wrote_withheld"):
    """An answer was accepted of which the filter withholds these texts, as they are compared."""

    withheld: tuple[str, ...]


class Opened(Struct, frozen=True, array_like=True, tag="opened"):
    """A question was opened, by the host or by auto-advance."""

    at: int
    opens_at: int
    closes_at: int | None
    question: PublicQuestion


class Solved(Struct, frozen=True, array_like=True, tag="solved"):
    """What was right in the question that is about to be closed, and how it was judged; without its picture.

    It stands before `closed` where the correct options there do not say all of it.
    """

    at: int
    question: int
    solved: Question


class Closed(Struct, frozen=True, array_like=True, tag="closed"):
    """A question was closed and judged. `standings` is the digest of all players' sums: see `log_chain.py`."""

    at: int
    question: int
    correct: tuple[int, ...]
    explanation: str | None
    counts: tuple[int, ...]
    answered: int
    total: int
    standings: str


class Ended(Struct, frozen=True, array_like=True, tag="ended"):
    """The quiz has ended, with these standings of so many players. After it come only rulings."""

    at: int
    players: int
    standings: str


Record = (
    Began
    | PlayerJoined
    | JoinedWithheld
    | Left
    | PlayerKicked
    | ShowsName
    | Away
    | Connected
    | Locked
    | Paused
    | ExtraTime
    | Next
    | ClosesQuestion
    | Skips
    | Extends
    | StopsClock
    | Adds
    | Chooses
    | Rules
    | UndoesRuling
    | Shows
    | Merges
    | Rejudged
    | Answered
    | Wrote
    | WroteWithheld
    | Opened
    | Solved
    | Closed
    | Ended
)

encode: Final = msgspec.json.Encoder().encode
"""A record as its text: the bytes that are hashed, stored and exported."""
_decoder: Final[msgspec.json.Decoder[Record]] = msgspec.json.Decoder(Record)


def decode(text: bytes | memoryview) -> Record:
    """Reads the text of a record; raises `msgspec.DecodeError` where it is none."""
    return _decoder.decode(text)
