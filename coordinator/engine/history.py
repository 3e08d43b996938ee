"""What became of each closed question for one player: a record of RECORD_BYTES each, in a row, by question.

A record has flags, the share that was right, the points, the response time, and the answer as its kind packs it. All
zero: the player was not in the session yet. Version 0.1.0 kept shorter records, in `Player.history`: they are read
where the record here is missing.
"""

from collections.abc import Iterable, Iterator
from struct import Struct
from typing import Final, NamedTuple

from coordinator.engine import kinds
from coordinator.engine.players import Player
from quickpoll.protocol import ExtraTimePercent, Question

_record: Final = Struct("<BBhIQ")
RECORD_BYTES: Final = _record.size
_THERE: Final = 0x80
_ANSWERED: Final = 0x01
_SCORED: Final = 0x02
_TELLS_EXTRA: Final = 0x40
_EXTRA_SHIFT: Final = 2
_EXTRA_PERCENTS: Final[tuple[ExtraTimePercent, ...]] = (0, 25, 50, 100)
MAX_RESPONSE_MS: Final = 2**32 - 1
"""49 days: a question without a time limit may stay open for as long as its session."""
_older_record: Final = Struct("<BHI")


class Outcome(NamedTuple):
    """What one question brought one player."""

    packed: int | None
    """The answer as its kind packs it; None: there was none."""
    share: int | None
    """What part of it was right, in percent; 0 without an answer, None where nothing can be right."""
    points: int
    response_ms: int | None
    """None without an answer."""
    extra_percent: ExtraTimePercent | None = 0
    """By how much the player's own limit was longer; None: the record is of a version that did not keep it."""


def remember(player: Player, question: int, outcome: Outcome) -> None:
    """Adds the outcome of a question that has just been closed."""
    player.outcomes = player.outcomes.ljust(question * RECORD_BYTES, b"\0") + _packed(outcome)


def rewrite(player: Player, outcomes_: Iterable[Outcome | None]) -> None:
    """Replaces all outcomes: they were judged again."""
    records = (bytes(RECORD_BYTES) if outcome is None else _packed(outcome) for outcome in outcomes_)
    player.outcomes = b"".join(records).rstrip(b"\0")
    player.outcomes = player.outcomes.ljust(-(-len(player.outcomes) // RECORD_BYTES) * RECORD_BYTES, b"\0")


def _packed(outcome: Outcome) -> bytes:
    packed, share, points, response_ms, extra_percent = outcome
    flags = _THERE | (0 if packed is None else _ANSWERED) | (0 if share is None else _SCORED)
    if extra_percent is not None:
        flags |= _TELLS_EXTRA | _EXTRA_PERCENTS.index(extra_percent) << _EXTRA_SHIFT
    return _record.pack(flags, share or 0, points, min(response_ms or 0, MAX_RESPONSE_MS), packed or 0)


def outcomes(player: Player, questions: tuple[Question, ...]) -> list[Outcome | None]:
    """The outcomes of all closed questions, in order; None for those before the player joined.

    Args:
        player: whose they are.
        questions: of the quiz as it is played.
    """
    older = list(_older(player.history, questions))
    newer = list(map(_outcome, _record.iter_unpack(player.outcomes)))
    count = max(len(older), len(newer))
    older += [None] * (count - len(older))
    newer += [None] * (count - len(newer))
    return [new or old for new, old in zip(newer, older, strict=True)]


def outcome_of(player: Player, question: int) -> Outcome | None:
    """The outcome of one question that was closed by a version after 0.1.0; None where the player was not there."""
    offset = question * RECORD_BYTES
    return _outcome(_record.unpack_from(player.outcomes, offset)) if len(player.outcomes) > offset else None


def _outcome(fields: tuple[int, int, int, int, int]) -> Outcome | None:
    flags, share, points, response_ms, packed = fields
    if not flags:
        return None
    share_or_none = share if flags & _SCORED else None
    extra_percent = _EXTRA_PERCENTS[flags >> _EXTRA_SHIFT & 3] if flags & _TELLS_EXTRA else None
    if not flags & _ANSWERED:
        return Outcome(None, share_or_none, points, None, extra_percent)
    return Outcome(packed, share_or_none, points, response_ms, extra_percent)


def _older(history: bytes, questions: tuple[Question, ...]) -> Iterator[Outcome | None]:
    """The records of version 0.1.0: the options chosen as bits, with a bit for having been there."""
    for question, (bits, points, response_ms) in zip(questions, _older_record.iter_unpack(history), strict=False):
        kind = kinds.of(question)
        if not bits:
            yield None
        elif bits == _THERE:
            yield Outcome(None, 0 if kind.is_scored else None, points, None)
        else:
            packed = bits ^ _THERE
            yield Outcome(packed, kind.judge(question, kind.unpack(question, packed)), points, response_ms)
