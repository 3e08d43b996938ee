from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.engine.scoring import OtherRules, flat_points, own_limit_ms, streak_bonus, tie_ms, timed_points
from tests.coordinator.engine.game import SINGLE

GOLDEN = [
    # points, time_limit_ms, response_ms, earned
    (1000, 30_000, 2000, 967),  # 966.67
    (1000, 30_000, 0, 1000),
    (1000, 30_000, 499, 1000),
    (1000, 30_000, 500, 992),  # 991.67: the grace ends at half a second
    (1000, 30_000, 15_000, 750),
    (1000, 30_000, 29_999, 500),
    (1000, 30_000, 30_000, 500),
    (1000, 10_000, 5000, 750),
    (1000, 10_000, 3333, 833),  # 833.35
    (1000, 10_000, 10, 1000),
    (1000, 20_000, 700, 983),  # 982.5 is rounded up
    (500, 10_000, 9999, 250),
    (2000, 300_000, 299_999, 1000),
    (1, 1000, 1000, 1),  # 0.5 is rounded up
    (3, 1000, 1000, 2),  # 1.5
    (999, 1000, 1000, 500),  # 499.5
    (0, 10_000, 0, 0),
    (0, 10_000, 9000, 0),
]


@pytest.mark.parametrize(("points", "time_limit_ms", "response_ms", "earned"), GOLDEN)
def test_a_correct_answer_earns_what_the_table_says(
    points: int, time_limit_ms: int, response_ms: int, earned: int
) -> None:
    assert timed_points(points, 100, time_limit_ms, response_ms) == earned


@given(st.integers(0, 2000), st.integers(0, 100), st.integers(1000, 300_000), st.data())
def test_points_are_the_published_formula_rounded_half_up(
    points: int, share: int, time_limit_ms: int, data: st.DataObject
) -> None:
    response_ms = data.draw(st.integers(0, time_limit_ms))
    speed = 1 if response_ms < 500 else 1 - Fraction(response_ms, time_limit_ms) / 2
    assert timed_points(points, share, time_limit_ms, response_ms) == rounded(points * Fraction(share, 100) * speed)
    assert flat_points(points, share) == rounded(points * Fraction(share, 100))


def rounded(exact: Fraction) -> int:
    return floor(exact + Fraction(1, 2))


@pytest.mark.parametrize(("streak", "bonus"), [(1, 0), (2, 100), (3, 200), (5, 400), (6, 500), (7, 500), (50, 500)])
def test_the_streak_bonus_grows_by_a_hundred_up_to_five_hundred(streak: int, bonus: int) -> None:
    assert streak_bonus(streak) == bonus


@pytest.mark.parametrize(
    ("limit_ms", "percent", "own_ms"), [(10_000, 0, 10_000), (10_000, 25, 12_500), (1001, 50, 1501), (1001, 100, 2002)]
)
def test_the_own_limit_is_longer_by_the_percent_rounded_down(limit_ms: int, percent: int, own_ms: int) -> None:
    assert own_limit_ms(limit_ms, percent) == own_ms


@given(st.integers(1000, 300_000), st.sampled_from([0, 25, 50, 100]))
def test_the_whole_own_limit_is_among_equals_at_most_the_whole_limit(limit_ms: int, percent: int) -> None:
    assert limit_ms - 1 <= tie_ms(own_limit_ms(limit_ms, percent), percent) <= limit_ms
    assert tie_ms(limit_ms, 0) == limit_ms


def test_an_accepted_option_counts_in_its_question_alone() -> None:
    ruling = OtherRules(accepted=frozenset({(5, 2)}))
    assert [ruling.shares(5, SINGLE, [option])[option] for option in range(3)] == [100, 0, 100]
    assert [ruling.shares(4, SINGLE, [option])[option] for option in range(3)] == [100, 0, 0]


def test_a_dropped_question_is_judged_like_a_poll() -> None:
    ruling = OtherRules(void=frozenset({1}))
    assert [ruling.is_scored(index, SINGLE) for index in range(3)] == [True, False, True]
    assert [ruling.shares(index, SINGLE, [0])[0] for index in range(3)] == [100, None, 100]
