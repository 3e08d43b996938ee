"""What became of each closed question for one player: a record of RECORD_BYTES each, in a row, by question.

A record has flags, the share that was right, the points, the response time, and the answer as its kind packs it. All
zero: the player was not in the session yet. Version 0.1.0 kept shorter records, in `Player.history`: they are read
where the record here is missing.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final, NamedTuple

from coordinator.engine import kinds
from coordinator.engine.state import Player
from quickpoll.protocol import Question

_record: Final = Struct("<BBhIQ")
RECORD_BYTES: Final = _record.size
_THERE: Final = 0x80
_ANSWERED: Final = 0x01
_SCORED: Final = 0x02
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


def remember(player: Player, question: int, outcome: Outcome) -> None:
    """Adds the outcome of a question that has just been closed."""
    packed, share, points, response_ms = outcome
    flags = _THERE | (0 if packed is None else _ANSWERED) | (0 if share is None else _SCORED)
    record = _record.pack(flags, share or 0, points, min(response_ms or 0, MAX_RESPONSE_MS), packed or 0)
    player.outcomes = player.outcomes.ljust(question * RECORD_BYTES, b"\0") + record


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
    if not flags & _ANSWERED:
        return Outcome(None, share_or_none, points, None)
    return Outcome(packed, share_or_none, points, response_ms)


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
