from decimal import Decimal as Oracle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.engine import numerals


def read(text: str, locale: str | None = None, unit: str | None = None) -> str | None:
    number = numerals.read(text, locale, unit)
    return None if number is None else number.text()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234", "1234"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1 234.5", "1234.5"),
        ("1\u202f234,5", "1234.5"),
        ("1'234'567", "1234567"),
        ("1.234.567", "1234567"),
        ("−3", "-3"),
        ("- 3", "-3"),
        ("+3", "3"),
        (".5", "0.5"),
        ("0,5", "0.5"),
        ("½", "0.5"),
        ("1½", "1.5"),
        ("1 1/2", "1.5"),
        ("-3/4", "-0.75"),
        ("-½", "-0.5"),
        ("10/4", "2.5"),
        ("2 10/16", "2.625"),
        ("٣٫٥", "3.5"),
        ("१२", "12"),
        ("１２３", "123"),
        ("0.123", "0.123"),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, number: str) -> None:
    assert read(text) == number


@pytest.mark.parametrize(
    "text", ["", "-", "abc", "1e5", "--3", "12,34,567", "1/3", "1/0", "3-", "1.2.3,4", "9" * 21, "0x10", "1 2", "∞"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "locale", "number"),
    [
        ("1.234", "de", "1234"),
        ("1.234", "en-GB", "1.234"),
        ("1.234", None, "1.234"),
        ("1,234", "fr", "1.234"),
        ("1,234", "en", "1234"),
        ("1,234", None, "1234"),
        ("1.234", "es-MX", "1.234"),
        ("1,5", "en", "1.5"),
    ],
)
def test_what_is_ambiguous_is_read_as_the_language_of_the_page_says(text: str, locale: str | None, number: str) -> None:
    assert read(text, locale) == number


def test_the_unit_may_be_there_or_left_out() -> None:
    assert [read(text, None, "km") for text in ("5", "5 km", "5KM", "km 5")] == ["5", "5", "5", "5"]
    assert read("5 miles", None, "km") is None


@given(st.text(max_size=30), st.sampled_from([None, "de", "en", "ar"]))
def test_whatever_is_written_is_a_number_or_none(text: str, locale: str | None) -> None:
    number = read(text, locale)
    assert number is None or read(number) == number, "what was read is read as the same again"


@given(st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_plain_numbers_are_what_pythons_decimals_say(mantissa: int, scale: int) -> None:
    text = f"{Oracle(mantissa).scaleb(-scale):f}"
    if scale != 3:
        assert Oracle(read(text) or "nan") == Oracle(text)
