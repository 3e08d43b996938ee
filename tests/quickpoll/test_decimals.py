from decimal import Decimal as Oracle
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickpoll.decimals import MAX_DIGITS, aligned, decimal

TEXTS = st.from_regex(r"-?[0-9]{1,10}(\.[0-9]{1,10})?", fullmatch=True)


@given(TEXTS)
def test_a_number_is_read_and_written_as_pythons_decimals_have_it(text: str) -> None:
    read = decimal(text)
    assert Oracle(read.text()) == Oracle(text)
    assert decimal(read.text()) == read, "equal numbers are equal texts"


@given(TEXTS, TEXTS, TEXTS)
def test_aligned_numbers_compare_and_subtract_as_pythons_decimals_do(one: str, two: str, three: str) -> None:
    texts = (one, two, three)
    exact = [Oracle(text) for text in texts]
    whole = aligned([decimal(text) for text in texts])
    for before, after in permutations(range(3), 2):
        assert (whole[before] < whole[after]) == (exact[before] < exact[after])
    assert (abs(whole[0] - whole[1]) <= whole[2]) == (abs(exact[0] - exact[1]) <= exact[2])


def test_a_number_has_an_end() -> None:
    assert decimal("9" * MAX_DIGITS).text() == "9" * MAX_DIGITS
    with pytest.raises(ValueError, match="more than 20 digits"):
        decimal("9" * (MAX_DIGITS + 1))
    assert [decimal(text).text() for text in ("-0", "1.50", "007", "-0.5")] == ["0", "1.5", "7", "-0.5"]
