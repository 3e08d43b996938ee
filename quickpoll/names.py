"""Player names: what is shown, and the keys by which two names are the same or look the same.

A name has 1 to 24 characters after Unicode NFKC, trimming and making each run of spaces one; nothing in it
is invisible, steers how other text is shown, or reaches far above and below its line. Keys ignore case and how a
character is composed.

Some invisible characters belong to names. Joiners tie pictures into one, and choose the form of letters in Persian and
in the scripts of India: they may stand where Unicode lets them
(https://www.rfc-editor.org/rfc/rfc5892#appendix-A.1), and tell no two names apart. The tags after a black flag make it
that of England, Scotland or Wales. Marks of direction that a chat puts around a copied name are dropped.

The tables of Unicode come with the program (`unicodedata2`): the verdict is the same on every version of Python.
"""

import re
from typing import Final, NamedTuple

import unicodedata2 as unicodedata

from quickpoll.lookalikes import fold, skeleton
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

_NON_JOINER, _JOINER = "\u200c", "\u200d"
# What comes along around a name that was copied: zero width space, joiners, marks and isolates of direction, BOM.
_AROUND: Final = "\u200b\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069\ufeff"
_FLAGS: Final = re.compile(
    "\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
)
"""The black flag with the tags `gbeng`, `gbsct` and `gbwls`: https://unicode.org/reports/tr51/#flag-emoji-tag-sequences."""
_PICTURE: Final = "[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\U0001f000-\U0001f3fa\U0001f400-\U0001faff]"
_JOINED_PICTURES: Final = re.compile(f"(?<={_PICTURE})([\ufe0f\U0001f3fb-\U0001f3ff]*){_JOINER}(?={_PICTURE})")
_ARABIC: Final = "[\u0620-\u065f\u066e-\u06ff\u0750-\u077f\u08a0-\u08ff]"
_UNJOINED_LETTERS: Final = re.compile(f"(?<={_ARABIC}){_NON_JOINER}(?={_ARABIC})")
_VIRAMA: Final = 9
"""The combining class of the marks that take the vowel from a letter."""
# Tell no two names apart: whether a sign is drawn as text or as a picture, and joiners.
_SILENT: Final = dict.fromkeys((0xFE0E, 0xFE0F, ord(_JOINER), ord(_NON_JOINER)))


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
    name = unicodedata.normalize("NFKC", _trimmed(raw))
    if _hides_something(name):
        raise NameInvalid("Use letters, digits and signs only: the name has invisible or control characters.")
    name = " ".join(name.split())
    key = " ".join(unicodedata.normalize("NFKC", fold(name.translate(_SILENT))).split())
    if not key:
        raise NameInvalid("Type a name.")
    if len(name) > MAX_NAME_CHARACTERS:
        raise NameInvalid(f"Use at most {MAX_NAME_CHARACTERS} characters: this name has {len(name)}.")
    if _piles_up_marks(name):
        raise NameInvalid(f"Use at most {_MAX_MARKS} accents on one letter.")
    return Name(name, key, look(name))


def look(name: str) -> str:
    """What a name looks like; see `Name`."""
    return " ".join(skeleton(name.translate(_SILENT)).split())


def _trimmed(raw: str) -> str:
    before, name = "", raw
    while name != before:
        before, name = name, name.strip().lstrip(_AROUND)
        if name and name[-1] in _AROUND and not _is_after_virama(name, len(name) - 1):
            name = name[:-1]
    return name


def _is_after_virama(name: str, place: int) -> bool:
    return place > 0 and unicodedata.combining(name[place - 1]) == _VIRAMA


def _hides_something(name: str) -> bool:
    """Whether anything invisible is left when what belongs to names is taken out."""
    rest = _UNJOINED_LETTERS.sub("", _JOINED_PICTURES.sub(r"\1", _FLAGS.sub("", name)))
    return any(
        (unicodedata.category(character) in _REFUSED_CATEGORIES or character in _INVISIBLE)
        and not (character in (_JOINER, _NON_JOINER) and _is_after_virama(rest, place))
        for place, character in enumerate(rest)
    )


def _piles_up_marks(name: str) -> bool:
    marks = 0
    for character in name:
        marks = marks + 1 if unicodedata.category(character) in _MARKS else 0
        if marks > _MAX_MARKS:
            return True
    return False
