import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from coordinator.engine import spelling

LETTERS = st.text("abcd ", max_size=10)


@given(LETTERS, LETTERS, st.integers(0, 3))
def test_the_distance_is_that_of_an_independent_library(one: str, other: str, most: int) -> None:
    expected = OSA.distance(one, other)
    assert spelling.distance(one, other, most) == (expected if expected <= most else None)


@given(st.text(max_size=12), st.text(max_size=12))
def test_it_is_the_same_in_all_scripts_and_both_ways(one: str, other: str) -> None:
    assert spelling.distance(one, other, 2) == spelling.distance(other, one, 2)
    expected = OSA.distance(one, other)
    assert spelling.distance(one, other, 2) == (expected if expected <= 2 else None)


@pytest.mark.parametrize(("variant", "slips"), [("abc", 0), ("abcd", 1), ("abcdefg", 1), ("abcdefgh", 2)])
def test_longer_texts_may_have_more_slips(variant: str, slips: int) -> None:
    assert spelling.slips_allowed(variant) == slips


def test_words_with_digits_and_roman_numerals_are_fixed() -> None:
    assert spelling.fixed_words("louis xiv built in 1661 r2d2") == ["xiv", "1661", "r2d2"]
    assert spelling.fixed_words("nothing here") == []
