from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.engine.scoring import Ruling, base_points, is_correct, is_scored, own_limit_ms, streak_bonus, tie_ms
from tests.coordinator.engine.game import MULTIPLE, POLL, SINGLE, TRUE_FALSE

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
    assert base_points(points, time_limit_ms, response_ms) == earned


@given(st.integers(0, 2000), st.integers(1000, 300_000), st.data())
def test_points_are_the_published_formula_rounded_half_up(points: int, time_limit_ms: int, data: st.DataObject) -> None:
    response_ms = data.draw(st.integers(0, time_limit_ms))
    exact = points * (1 - Fraction(response_ms, time_limit_ms) / 2)
    expected = points if response_ms < 500 else floor(exact + Fraction(1, 2))
    assert base_points(points, time_limit_ms, response_ms) == expected


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


def test_only_exactly_the_correct_options_are_correct() -> None:
    assert is_correct((1,), 1)
    assert not is_correct((1,), 0)
    assert is_correct((0, 2), (2, 0))
    assert not is_correct((0, 2), (0,))
    assert not is_correct((0, 2), (0, 1, 2))
    assert not is_correct((0, 2), (1,))


def test_a_poll_is_not_scored() -> None:
    assert not is_scored(POLL)
    assert all(is_scored(question) for question in (SINGLE, MULTIPLE, TRUE_FALSE))


@pytest.mark.parametrize(
    ("correct", "choice", "right"),
    [
        ((0,), 0, True),
        ((0,), 2, True),
        ((0,), 1, False),
        ((0, 1), (0, 1), True),
        ((0, 1), (0, 1, 2), True),
        ((0, 2), (0,), True),
        ((0, 2), (2,), False),
        ((0, 1), (2,), False),
    ],
)
def test_an_accepted_option_is_right_alone_and_makes_no_difference_among_several(
    correct: tuple[int, ...], choice: int | tuple[int, ...], right: bool
) -> None:
    assert Ruling(accepted=frozenset({(5, 2)})).is_correct(5, correct, choice) == right
    assert Ruling(accepted=frozenset({(4, 2)})).is_correct(5, correct, choice) == is_correct(correct, choice)


def test_a_dropped_question_is_judged_like_a_poll() -> None:
    ruling = Ruling(void=frozenset({1}))
    assert [ruling.is_scored(index, SINGLE) for index in range(3)] == [True, False, True]
