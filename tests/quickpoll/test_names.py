import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickpoll.names import NameInvalid, normalise


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Ann", "Ann"),
        ("  Ann\t\n", "Ann"),
        ("Ann   Lee", "Ann Lee"),
        ("Ann\u00a0\u2003Lee", "Ann Lee"),  # other kinds of space
        ("\uff21\uff4e\uff4e", "Ann"),  # full width
        ("\ufb01n", "fin"),  # a ligature
        ("Zoe\u0308", "Zo\u00eb"),  # composed
        ("李小龙", "李小龙"),
        ("नीता", "नीता"),
        ("🦊", "🦊"),
        ("❤\ufe0f Ann", "❤\ufe0f Ann"),
        ("<b>Ann</b>", "<b>Ann</b>"),  # markup is text
        ("x" * 24, "x" * 24),
        # Marks of direction and the like, as they come along from a chat.
        ("\u200fسارة", "سارة"),
        ("\u2068Anna\u2069", "Anna"),
        ("Anna \u200b", "Anna"),
        ("Anna\u200d\u200c", "Anna"),
        ("\ufeffTim", "Tim"),
    ],
)
def test_a_name_is_shown_normalised(raw: str, shown: str) -> None:
    assert normalise(raw).text == shown


@pytest.mark.parametrize(
    "raw",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 Team",  # a family
        "\U0001f3f3\ufe0f\u200d\U0001f308 Kim",  # the rainbow flag
        "\U0001f3f4\u200d\u2620\ufe0f Crew",  # pirates
        "\U0001f469\U0001f3fd\u200d\U0001f3eb",  # a teacher with a tone of skin
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f Ailsa",  # Scotland
        "امیر\u200cحسین",
        "می\u200cشا",
        "ශ්\u200dරී",
        "ന്\u200d",
        "1\ufe0f\u20e3 Team",
        # Younger than the tables of Python 3.11.
        "Mia \U0001fa77",
        "\U0001fae8",
        "\U0001face Moose",
        "\U0001f426\u200d\U0001f525",
        "\U0001fae9 müde",
        "\U0002ebf0 山",
        "\U0001fa89 Harfe",
    ],
)
def test_pictures_and_letters_may_be_joined_as_people_write_them(raw: str) -> None:
    assert normalise(raw).text == raw


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("امیر\u200cحسین", "امیرحسین"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\U0001f469"),
        ("\U0001fa77 MIA", "\U0001fa77 mia"),
    ],
)
def test_a_joiner_tells_no_two_names_apart(one: str, other: str) -> None:
    assert normalise(one).key == normalise(other).key


def test_a_capital_is_itself_on_every_version_of_python() -> None:
    assert normalise("\U00010d50\U00016ea0\u1c89").key == "\U00010d50\U00016ea0\u1c89"


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "   ",
        "\ufe0f",  # a presentation selector alone
        "x" * 25,
        "\ufdfa\ufdfa",  # 36 characters after NFKC
        "An\x00n",
        "An\nn",
        "An\x7fn",
        "An\u200bn",  # zero width space
        "An\u200dn",  # zero width joiner
        "\u202eAnn",  # right-to-left override
        "An\u00adn",  # soft hyphen
        "An\ufeffn",
        "An\ue000n",  # private use
        "An\U000e0041n",  # tag
        "\U0001f3f4\U000e0067\U000e0062\U000e0041\U000e007f",  # no flag has these tags
        "\u200d",
        "An\u200d\u200bn",
        "\U0001f525\u200d Ann",  # nothing is joined
        "ab\u200cc",
        "An\u0378n",  # unassigned
        "An\ud800n",  # lone surrogate
        "\u115f",
        "\u1160",
        "\u3164",  # Hangul filler
        "\uffa0",
        "\u2800",  # braille blank
        "An\u034fn",
        "An\u180bn",
        "An\ufe00n",
        "An\U000e0100n",
        "\u17b4",
    ],
)
def test_a_name_that_is_empty_too_long_or_invisible_is_refused(raw: str) -> None:
    with pytest.raises(NameInvalid, match=r"\.$"):
        normalise(raw)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann", "ANN"),
        ("Straße", "STRASSE"),
        ("Zoe\u0308", "zo\u00eb"),
        ("\uff21nn", "ann"),
        ("Ann  Lee", "ann lee"),
        ("❤", "❤\ufe0f"),
        ("A \ufe0f B", "a b"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)
def test_names_that_look_the_same_have_one_key(one: str, other: str) -> None:
    assert normalise(one).key == normalise(other).key


def test_different_names_have_different_keys_and_looks() -> None:
    names = [normalise(name) for name in ("Ann", "Anna", "Än", "An n", "An", "Elia", "Ella", "Arni", "Ami")]
    assert len({name.key for name in names}) == len({name.look for name in names}) == len(names)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice", "AIice"),  # a capital i
        ("Alice", "A1ice"),
        ("Bob", "B0b"),
        ("Anna", "Аnnа"),  # Cyrillic
        ("Otto", "Οttο"),  # Greek
        ("ПЕТР", "ПETP"),
        ("❤ Ann", "❤\ufe0f Аnn"),
    ],
)
def test_names_that_differ_but_look_the_same_have_one_look(one: str, other: str) -> None:
    assert normalise(one).key != normalise(other).key
    assert normalise(one).look == normalise(other).look


@pytest.mark.parametrize("name", ["Nguyễn Thị Ánh", "שָׁלוֹם", "น้ำ", "محمّد", "নীতা"])
def test_letters_may_carry_the_marks_that_languages_give_them(name: str) -> None:
    assert len(normalise(name).text) <= 24


def test_marks_that_pile_up_over_other_names_are_refused() -> None:
    with pytest.raises(NameInvalid, match="accents"):
        normalise("Z\u0336\u0321\u0322\u0353a")


@given(st.text(max_size=30))
def test_a_name_that_was_accepted_is_accepted_again_unchanged(raw: str) -> None:
    try:
        name = normalise(raw)
    except NameInvalid:
        return
    assert normalise(name.text) == name
    assert 1 <= len(name.text) <= 24
    assert name.text == name.text.strip()
