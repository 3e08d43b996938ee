"""Points and streaks, in exact integers.

The rules are those of the protocol's sections Scoring and Fairness.
"""

from dataclasses import dataclass
from typing import Final

from quickpoll.protocol import Answer, Question

FULL_POINTS_BEFORE_MS: Final = 500
STREAK_BONUS: Final = 100
STREAK_BONUS_STEPS: Final = 5


def is_scored(question: Question) -> bool:
    """Whether an answer can be right: a poll's cannot, and its time does not count."""
    return question.kind != "poll"


def is_correct(correct: tuple[int, ...], choice: Answer) -> bool:
    """Whether a choice is exactly the set of correct options."""
    return (choice,) == correct if isinstance(choice, int) else set(choice) == set(correct)


@dataclass(frozen=True)
class Ruling:
    """What is judged in another way than published; for a replay, after a dispute or to compare."""

    void: frozenset[int] = frozenset()
    """Questions that count for nothing."""
    accepted: frozenset[tuple[int, int]] = frozenset()
    """Options that count as correct, too, by question; where several are to be chosen, with them or without."""
    by_time: bool = True
    """Whether a quicker answer earns more."""

    def is_scored(self, index: int, question: Question) -> bool:
        """Whether an answer to a question can be right."""
        return is_scored(question) and index not in self.void

    def is_correct(self, index: int, correct: tuple[int, ...], choice: Answer) -> bool:
        """Whether a choice is right."""
        if is_correct(correct, choice) or not self.accepted:
            return is_correct(correct, choice)
        if isinstance(choice, int):
            return (index, choice) in self.accepted
        return all((index, option) in self.accepted for option in set(choice) ^ set(correct))


PUBLISHED: Final = Ruling()
"""Nothing."""


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


def base_points(points: int, time_limit_ms: int, response_ms: int) -> int:
    """What a correct answer earns: full points at once, half of them at the last moment of the player's own limit.

    round_half_up(points * (1 - response_ms / time_limit_ms / 2)), without a fraction on the way.
    """
    if response_ms < FULL_POINTS_BEFORE_MS:
        return points
    doubled_limit = 2 * time_limit_ms
    return (2 * points * (doubled_limit - response_ms) + doubled_limit) // (2 * doubled_limit)


def streak_bonus(streak: int) -> int:
    """What the `streak`-th correct answer in a row earns on top, from the second on."""
    return min(streak - 1, STREAK_BONUS_STEPS) * STREAK_BONUS
