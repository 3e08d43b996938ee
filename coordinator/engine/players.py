"""A player of a session, and the answers that were accepted of them."""

from typing import Final

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from quickpoll.envelope import ConnectionId
from quickpoll.names import look
from quickpoll.protocol import Answer, ExtraTimePercent, YourResult

EARLIER_ANSWERS: Final = 3
"""So many are remembered: a client sends one again for some seconds, and questions may be as short."""


class AcceptedAnswer(Struct, frozen=True, array_like=True, gc=False):
    """An answer that counts. `request_id` recognises the same command sent again."""

    question: int
    choice: Answer
    received_at: int
    request_id: str
    forgiven_ms: int = 0
    """How much of its way does not count."""
    receipt: bytes = b""
    """What its sender can find it by in the log; empty where there is none."""
    key: Answer | None = None
    """What is compared of it, where that is not the choice itself: see `Kind.key`."""
    withheld: tuple[str, ...] = ()
    """Which texts of it, as they are compared, the filter withholds."""

    def to_recognise(self) -> "AcceptedAnswer":
        """The same without what was answered, which nobody asks for when another question is open."""
        return replace(self, choice=0, key=None, withheld=())

    @property
    def counted_at(self) -> int:
        """The moment by which it is judged."""
        return self.received_at - self.forgiven_ms

    @property
    def compared(self) -> Answer:
        """What is compared of it."""
        return self.choice if self.key is None else self.key


_encoder: Final = msgspec.msgpack.Encoder()
_answers_decoder: Final = msgspec.msgpack.Decoder(tuple[AcceptedAnswer, ...])


class Player(Struct, array_like=True, kw_only=True, gc=False):
    """One player. Points, times and ranks are of closed questions."""

    id: str
    number: int
    """Grows with each joining; the last tie-breaker, and the order of `Session.players`."""
    name: str
    name_key: str
    """For comparing names: see `quickpoll.names`."""
    avatar: str
    join_id: str
    """The `request_id` of the join, to recognise it when it is sent again; empty once an answer has come."""
    connection: ConnectionId | None
    """The connection; None while away."""
    points: int = 0
    correct: int = 0
    streak: int = 0
    response_total_ms: int = 0
    rank: int | None = None
    previous_rank: int | None = None
    answer: AcceptedAnswer | None = None
    result: YourResult | None = None
    """Of the last closed question, where it does not follow from the rest: a ruling, or the end, has changed it."""
    extra_time_percent: ExtraTimePercent = 0
    """As the host has set it; it holds from question `extra_time_from` on, `extra_time_before` until then."""
    extra_time_from: int = 0
    extra_time_before: ExtraTimePercent = 0
    asks_extra_time: bool = False
    """Until the host has set it."""
    best_streak: int = 0
    answered: int = 0
    """How many closed questions, and in what time together; polls count, too."""
    answered_total_ms: int = 0
    history: bytes = b""
    """The same as version 0.1.0 kept it, for questions that were closed by it."""
    earlier: Raw = Raw(_encoder.encode(()))
    """The last ones accepted before `answer`, encoded: as objects they take four times as much."""
    round_trip_ms: int = 0
    """Of the connection, at its last join, resume or answer; 0: not measured."""
    bound_at: int = 0
    """When the command that made the connection this player's came to its gateway."""
    outcomes: bytes = b""
    """What became of each closed question: see `history.py`."""
    revised: YourResult | None = None
    """Of another question than `result`: the last one that a ruling has changed since the current one was closed."""
    withheld_name: str = ""
    """What was typed, where `name` stands in for it; it is taken, too."""
    withheld_key: str = ""
    seat_offered: bool = False
    """Whether whoever joins by the name has the seat, while the player is away."""

    def __post_init__(self) -> None:
        """What was read would keep the whole record that it was a part of."""
        self.earlier = self.earlier.copy()

    @property
    def earlier_answers(self) -> tuple[AcceptedAnswer, ...]:
        """The last ones before `answer`, without what was answered, to recognise them when they are sent again."""
        return _answers_decoder.decode(self.earlier)

    def take(self, answer: AcceptedAnswer) -> None:
        """Has an answer accepted; the one before is among the earlier ones."""
        if self.answer is not None:
            kept = (*self.earlier_answers[1 - EARLIER_ANSWERS :], self.answer.to_recognise())
            self.earlier = Raw(_encoder.encode(kept))
        self.answer = answer
        self.join_id = ""

    @property
    def name_keys(self) -> tuple[str, ...]:
        """The keys of the names that are taken by this player."""
        return (self.name_key, self.withheld_key) if self.withheld_key else (self.name_key,)

    @property
    def name_looks(self) -> tuple[str, ...]:
        """What these names look like; where that is the key, it is in memory once."""
        looks = tuple(look(name) for name in (self.name, self.withheld_name) if name)
        return tuple(key if key == one else one for key, one in zip(self.name_keys, looks, strict=True))
