"""Player names: what is shown, and the keys by which two names are the same or look the same.

A name has 1 to 24 characters after Unicode NFKC, trimming and making each run of spaces one; nothing in it
is invisible, steers how other text is shown, or reaches far above and below its line. Keys ignore case and how a
character is composed.
"""

import unicodedata
from typing import Final, NamedTuple

from quickpoll.lookalikes import skeleton
from quickpoll.protocol import MAX_NAME_CHARACTERS

# Control, format, surrogate, private use, unassigned: https://www.unicode.org/reports/tr44/#General_Category_Values
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Letters and marks that show nothing: the rest of Default_Ignorable_Code_Point, and the braille blank.
_INVISIBLE: Final = frozenset(
    map(
        chr,
        (
            0x034F,
            0x115F,
            0x1160,
            0x17B4,
            0x17B5,
            *range(0x180B, 0x1810),
            0x2800,
            0x3164,
            *range(0xFE00, 0xFE0E),
            0xFFA0,
            *range(0xE0100, 0xE01F0),
        ),
    )
)
# Vietnamese, Hebrew and Thai put up to three of them on a letter, after NFKC.
_MAX_MARKS: Final = 3
_MARKS: Final = frozenset({"Mn", "Me"})
# Whether a sign is drawn as text or as a picture: part of many emoji, but it tells no two names apart.
_PRESENTATION: Final = {0xFE0E: None, 0xFE0F: None}


class NameInvalid(Exception):
    """No name for a player; the message says why, for people."""


class Name(NamedTuple):
    """A name that a player may have."""

    text: str
    """As it is shown."""
    key: str
    """Equal for names that are the same."""
    look: str
    """Equal for names that look the same."""


def normalise(raw: str) -> Name:
    """The name as it is shown, and the keys for comparing it with others.

    Raises:
        NameInvalid: it is empty or too long, has characters that nobody sees, or piles up marks.
    """
    name = unicodedata.normalize("NFKC", raw).strip()
    if any(unicodedata.category(character) in _REFUSED_CATEGORIES or character in _INVISIBLE for character in name):
        raise NameInvalid("Use letters, digits and signs only: the name has invisible or control characters.")
    name = " ".join(name.split())
    key = " ".join(unicodedata.normalize("NFKC", name.translate(_PRESENTATION).casefold()).split())
    if not key:
        raise NameInvalid("Type a name.")
    if len(name) > MAX_NAME_CHARACTERS:
        raise NameInvalid(f"Use at most {MAX_NAME_CHARACTERS} characters: this name has {len(name)}.")
    if _piles_up_marks(name):
        raise NameInvalid(f"Use at most {_MAX_MARKS} accents on one letter.")
    return Name(name, key, look(name))


def look(name: str) -> str:
    """What a name looks like; see `Name`."""
    return " ".join(skeleton(name.translate(_PRESENTATION)).split())


def _piles_up_marks(name: str) -> bool:
    marks = 0
    for character in name:
        marks = marks + 1 if unicodedata.category(character) in _MARKS else 0
        if marks > _MAX_MARKS:
            return True
    return False
