"""Player names: what is shown, and the key by which two names are the same.

A name has 1 to 24 characters after Unicode NFKC, trimming and making each run of spaces one; nothing in it
is invisible or steers how other text is shown. Keys ignore case and how a character is composed.
"""

import unicodedata
from typing import Final

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
# Whether a sign is drawn as text or as a picture: part of many emoji, but it tells no two names apart.
_PRESENTATION: Final = {0xFE0E: None, 0xFE0F: None}


class NameInvalid(Exception):
    """No name for a player; the message says why, for people."""


def normalise(raw: str) -> tuple[str, str]:
    """The name as it is shown, and the key for comparing it with others.

    Raises:
        NameInvalid: it is empty or too long, or has characters that nobody sees.
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
    return name, key
