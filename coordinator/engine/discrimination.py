"""Whether the key of a closed question may be wrong: the best players so far were right less often than the last.

The measure is the upper-lower discrimination index (Johnson, "Notes on a suggested index of item validity: the U-L
index", Journal of Educational Psychology 42, 1951). Its groups are 27 percent each, which separates good from weak best
(Kelley, "The selection of upper and lower groups for the validation of test items", the same journal 30, 1939).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from coordinator.engine import history, kinds
from coordinator.engine.state import Session
from quickpoll.protocol import KeyDoubt, indexes_in

FEWEST_ANSWERS: Final = 12
"""With fewer, a group has less than three players, and the index is mostly chance."""
GROUP_PERCENT: Final = 27


class Attempt(NamedTuple):
    """One player's answer."""

    points: int
    """Of the player, before the question."""
    is_right: bool
    packed: int
    """The answer as a player's history has it."""


def groups(given: Iterable[Attempt]) -> tuple[Sequence[Attempt], Sequence[Attempt]] | None:
    """The best and the last of those who answered.

    Returns:
        The upper and the lower group, each of n = round(27 percent of all); None with fewer than FEWEST_ANSWERS
        answers, or where the points before the question do not separate the groups, as at the first question.
    """
    ordered = sorted(given, key=lambda one: -one.points)
    if len(ordered) < FEWEST_ANSWERS:
        return None
    size = (len(ordered) * GROUP_PERCENT + 50) // 100
    upper, lower = ordered[:size], ordered[-size:]
    return (upper, lower) if upper[-1].points > lower[0].points else None


def index_percent(upper: Sequence[Attempt], lower: Sequence[Attempt]) -> int:
    """The upper-lower index D = (U - L) / n, in percent, rounded down.

    Args:
        upper: the n players who led before the question.
        lower: the n players who were last.

    Returns:
        From -100 to 100, with U and L the numbers of right answers in the groups. Below 0, those who knew less so far
        were right more often: a sign of a wrong key.
    """
    right = sum(one.is_right for one in upper) - sum(one.is_right for one in lower)
    return right * 100 // len(upper)


def mostly(upper: Sequence[Attempt], parts: Callable[[int], Iterable[int]]) -> tuple[int, int] | None:
    """What more than half of a group have chosen, and how many have; None: nothing.

    Args:
        upper: the group.
        parts: what of a packed answer could be marked right and is not.
    """
    counts = Counter(part for one in upper for part in parts(one.packed))
    part, chosen = max(counts.items(), key=lambda item: (item[1], -item[0]), default=(0, 0))
    return (part, chosen) if chosen * 2 > len(upper) else None


def doubt(session: Session, index: int, correct: tuple[int, ...]) -> KeyDoubt | None:
    """Why the key of the question that was closed last may be wrong; None: there is no sign of it.

    Args:
        session: in which all are judged.
        index: of a closed question; about an earlier one than the last, nothing is said.
        correct: its options that are right by now.
    """
    question = session.quiz.questions[index]
    kind, written = kinds.of(question), session.written.get(index, ())
    if index + 1 < len(session.head.tallies) or not (session.is_scored(index) and kind.is_acceptable):
        return None
    found = groups(_given(session, index))
    if found is None:
        return None
    upper, lower = found
    discrimination = index_percent(upper, lower)
    if discrimination >= 0:
        return None

    def not_right(packed: int) -> Iterable[int]:
        if kind.is_written:
            return () if written[packed - 1].share else (packed,)
        return [option for option in indexes_in(kind.unpack(question, packed)) if option not in correct]

    most = mostly(upper, not_right)
    if most is None:
        return None
    part, chosen = most
    accept = str(written[part - 1].shown) if kind.is_written else part
    return KeyDoubt(accept=accept, chosen=chosen, leaders=len(upper), index=discrimination)


def _given(session: Session, index: int) -> Iterable[Attempt]:
    for player in session.players.values():
        outcome = history.outcome_of(player, index)
        if outcome is not None and outcome.packed is not None:
            yield Attempt(player.points - outcome.points, outcome.share == 100, outcome.packed)
