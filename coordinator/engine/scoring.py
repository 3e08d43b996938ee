"""Points and streaks, in exact integers.

The rules are those of the protocol's sections Scoring and Fairness.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from coordinator.engine import kinds
from quickpoll.protocol import Answer, Question, Settings

FULL_POINTS_BEFORE_MS: Final = 500
STREAK_BONUS: Final = 100
STREAK_BONUS_STEPS: Final = 5


@dataclass(frozen=True)
class OtherRules:
    """What a replay judges differently from the published results: after a dispute, or to compare."""

    void: frozenset[int] = frozenset()
    """Questions that count for nothing."""
    accepted: frozenset[tuple[int, int]] = frozenset()
    """Options that count as correct, too, by question; where several are to be chosen, with them or without."""
    by_time: bool | None = None
    """Whether a quicker answer earns more; None: as the session had it."""

    def is_scored(self, index: int, question: Question) -> bool:
        """Whether an answer to a question can be right."""
        return kinds.of(question).is_scored and index not in self.void

    def is_by_time(self, settings: Settings) -> bool:
        """Whether a quicker answer earns more."""
        return settings.scoring == "speed" if self.by_time is None else self.by_time

    def shares(self, index: int, question: Question, keys: Collection[Answer]) -> dict[Answer, int | None]:
        """What share of each different answer is right, in percent; None where nothing can be right."""
        if index in self.void:
            return dict.fromkeys(keys)
        accepted = frozenset(option for of, option in self.accepted if of == index)
        return kinds.of(question).shares(question, keys, accepted)


PUBLISHED: Final = OtherRules()
"""Everything is judged as published."""


def forgiven_ms(response_ms: int, elapsed_ms: int | None, round_trip_ms: int, grace_ms: int) -> int:
    """How much of a response does not count, because it was the way of the question and the answer.

    What the client reports decides only within what was measured: whatever it says, it gains at most
    min(`round_trip_ms`, `grace_ms`), and it never loses.
    """
    if elapsed_ms is None:
        return 0
    return max(0, min(response_ms - elapsed_ms, round_trip_ms, grace_ms))


def own_limit_ms(time_limit_ms: int, extra_percent: int) -> int:
    """The time limit of a player with extra time."""
    return time_limit_ms * (100 + extra_percent) // 100


def tie_ms(response_ms: int, extra_percent: int) -> int:
    """What a response counts for among equals: scaled back, so that extra time costs nothing."""
    return response_ms * 100 // (100 + extra_percent)


def flat_points(points: int, share: int) -> int:
    """What an answer earns whenever it comes: round_half_up(points * share / 100)."""
    return (2 * points * share + 100) // 200


def timed_points(points: int, share: int, time_limit_ms: int, response_ms: int) -> int:
    """What an answer earns: all that its share is worth at once, half of it at the end of the player's own limit.

    round_half_up(points * share / 100 * (1 - response_ms / time_limit_ms / 2)), without a fraction on the way.
    """
    if response_ms < FULL_POINTS_BEFORE_MS:
        return flat_points(points, share)
    whole = 200 * time_limit_ms
    return (2 * points * share * (2 * time_limit_ms - response_ms) + whole) // (2 * whole)


def streak_bonus(streak: int) -> int:
    """What the `streak`-th correct answer in a row earns on top, from the second on."""
    return min(streak - 1, STREAK_BONUS_STEPS) * STREAK_BONUS
