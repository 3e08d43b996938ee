"""What the players of a session saw and when, and how parts of it from several processes come together."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from clients.loadtest.ledger import Round
from quickpoll.protocol import YourFinal

Key = TypeVar("Key")


@dataclass
class QuestionTiming:
    """One question, by player; moments in seconds of `time.perf_counter()`, one clock for a machine's processes."""

    sent: float = 0.0
    """When the host sent the command that opened it."""
    asked: dict[int, float] = field(default_factory=dict)
    answered: dict[int, float] = field(default_factory=dict)
    acknowledged: dict[int, float] = field(default_factory=dict)
    results: dict[int, float] = field(default_factory=dict)
    """When a player had its own result, and with it everyone's."""
    bytes_received: dict[int, int] = field(default_factory=dict)
    """Of all frames from `new_question` to `leaderboard`; not of players who were cut off."""
    frames_received: dict[int, int] = field(default_factory=dict)
    reads: dict[int, int] = field(default_factory=dict)
    """How often something arrived: what the server wrote at once is one."""
    cut: dict[int, float] = field(default_factory=dict)
    """When the load test cut a player off."""
    resumed: dict[int, float] = field(default_factory=dict)
    """When it was back."""


@dataclass
class LiveCounts:
    """Counts for the person who watches."""

    joined: int = 0
    answered: int = 0
    acknowledged: int = 0
    resumed: int = 0
    errors: int = 0
    finished: int = 0
    """Players that have got the end of a question."""

    def add(self, other: "LiveCounts") -> None:
        """Adds the counts of another part."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class Seen:
    """What the players of one session saw, or of a part of it."""

    rounds: list[Round]
    timings: list[QuestionTiming]
    joins: dict[int, float] = field(default_factory=dict)
    """Seconds from the first packet of a player to its `joined`."""
    finals: dict[int, YourFinal] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    closes: dict[int, int] = field(default_factory=dict)
    """Connections that ended before the quiz did, by close code; not those that the load test cut itself."""


def together(parts: Iterable[Seen]) -> Seen:
    """One session from what its parts saw; the first is added to, and returned."""
    whole, *others = parts
    for other in others:
        for round_, more in zip(whole.rounds, other.rounds, strict=True):
            _add_round(round_, more)
        for timing, later in zip(whole.timings, other.timings, strict=True):
            for name, moments in vars(later).items():
                if isinstance(moments, dict):
                    getattr(timing, name).update(moments)
        whole.joins.update(other.joins)
        whole.finals.update(other.finals)
        for code, times in other.errors.items():
            count(whole.errors, code, times)
        for number, times in other.closes.items():
            count(whole.closes, number, times)
    return whole


def _add_round(round_: Round, more: Round) -> None:
    round_.opens_at = round_.opens_at or more.opens_at
    round_.shown = round_.shown or more.shown
    round_.chosen.update(more.chosen)
    round_.accepted.update(more.accepted)
    round_.refused.update(more.refused)
    round_.late.update(more.late)
    round_.told.update(more.told)
    round_.results += [results for results in more.results if results not in round_.results]
    round_.repeated += more.repeated


def count(counts: dict[Key, int], key: Key, more: int = 1) -> None:
    """Counts one more of a kind, or several."""
    counts[key] = counts.get(key, 0) + more
