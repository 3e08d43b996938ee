import unicodedata

import pytest
from confusable_homoglyphs.confusables import confusables_data

from quickpoll.lookalikes import LOOKALIKES, skeleton
from quickpoll.names import NameInvalid, normalise


def is_possible(character: str) -> bool:
    """Whether a name may hold it, as it is."""
    try:
        return normalise(f"a{character}").text == f"a{character}"
    except NameInvalid:
        return False


def test_what_unicode_takes_for_an_ascii_letter_or_digit_is_in_the_table() -> None:
    unicode_says = {
        character: other["c"]
        for character, others in confusables_data.items()
        for other in others
        if not character.isascii()
        and is_possible(character)
        and len(other["c"]) == 1
        and (other["c"].isascii() and other["c"].isalnum())
    }
    ours = {character: ascii_ for ascii_, alike in LOOKALIKES.items() for character in alike if is_possible(character)}
    assert ours == unicode_says


@pytest.mark.parametrize("alike", ["I1l|", "0Oo", "оοо"])
def test_what_looks_alike_has_one_skeleton(alike: str) -> None:
    assert len({skeleton(character) for character in alike}) == 1


def test_all_other_letters_and_digits_of_ascii_are_told_apart() -> None:
    distinct = [chr(code) for code in range(33, 127) if not chr(code).isupper() and chr(code) not in "01|"]
    assert len({skeleton(character) for character in distinct}) == len(distinct)


def test_the_table_holds_each_character_once_and_none_that_nfkc_changes() -> None:
    characters = "".join(LOOKALIKES.values())
    assert len(set(characters)) == len(characters)
    assert unicodedata.normalize("NFKC", characters) == characters
