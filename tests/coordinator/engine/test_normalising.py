import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.engine.normalising import MAX_CHARACTERS, collapsed, normalised, readable


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Beatles!", "beatles"),
        ("  Crème   Brûlée. ", "creme brulee"),
        ("L’Hôtel", "hotel"),
        ("Straße", "STRASSE"),
        ("Ærøskøbing", "aeroskobing"),
        ("Łódź", "lodz"),
        ("٣٤", "34"),
        ("“quoted”", "'quoted'"),
        ("en–dash", "en-dash"),
        ("Ｆｕｌｌ", "full"),
        ("die Donau", "Donau"),
        ("Αθήνα", "αθηνα"),
        ("а\u0301нна", "анна"),
        ("a\u200bb\u202e", "ab"),
    ],
)
def test_what_means_the_same_is_compared_as_the_same(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(("one", "other"), [("हिंदी", "हदी"), ("ที่", "ที"), ("が", "か"), ("the", ""), ("c++", "c")])
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


def test_capitals_and_accents_count_where_the_author_says_so() -> None:
    assert normalised("Été", exact_case=True) == "Ete"
    assert normalised("Été", exact_accents=True) == "été"
    assert normalised("E\u0301te\u0301", exact_case=True, exact_accents=True) == "Été"


@given(st.text(max_size=80), st.booleans(), st.booleans())
def test_a_text_in_any_script_is_normalised_and_stays_so(text: str, exact_case: bool, exact_accents: bool) -> None:
    once = normalised(text, exact_case=exact_case, exact_accents=exact_accents)
    assert len(once) <= MAX_CHARACTERS
    assert normalised(text, exact_case=exact_case, exact_accents=exact_accents) == once
    assert once == once.strip()
    assert not any(unicodedata.category(character) in ("Cc", "Cf") for character in once)


@given(st.text(max_size=80))
def test_what_others_may_see_is_one_line_that_runs_one_way(text: str) -> None:
    shown = readable(text)
    assert shown == collapsed(shown)
    assert not set(shown) & set("\n\r\t\0\u202e\u2066")


def test_eighty_accents_and_a_whole_sentence_in_one_character_are_bounded() -> None:
    assert normalised("\u0301" * 80) == "\u0301" * 80
    assert len(normalised("\ufdfa" * 80)) == MAX_CHARACTERS
