"""Texts as they are compared: different ways to type the same thing become equal.

The outcome depends on the Unicode tables of this Python. So a text is normalised once, when it is answered, and the log
holds the outcome; accepted texts are normalised when their session is created.
"""

import re
import unicodedata
from typing import Final

MAX_CHARACTERS: Final = 400
"""Of a normalised text: compatibility forms can become twenty times as long."""

_SAME: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛‹›′`´ʼʹ", "'"),  # quotes of all languages
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),  # dashes
        "ß": "ss",
        "ẞ": "SS",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
    }
)
_AT_ENDS: Final = " .,;:!?'\"()"
_STRIPPED_SCRIPTS: Final = ("LATIN ", "GREEK ", "CYRILLIC ")
# Leading articles of English, German, French, Spanish, Italian, Portuguese and Dutch.
_ARTICLE: Final = re.compile(
    r"(?:(?:the|an?|der|die|das|den|dem|des|eine?[mnrs]?|les?|la|une?|des|el|los|las|una|unos|unas|il|lo|gli|os?|as|um"
    r"|uma|het|een) |l')",
    re.IGNORECASE,
)


def normalised(text: str, *, exact_case: bool = False, exact_accents: bool = False) -> str:
    """A text as it is compared.

    Args:
        text: as it was written.
        exact_case: keeps capital letters.
        exact_accents: keeps accents.
    """
    text = unicodedata.normalize("NFKC", text)
    text = "".join(filter(None, map(_plain, text)))
    if not exact_case:
        text = text.casefold()
    if not exact_accents:
        text = _without_accents(text)
    text = collapsed(unicodedata.normalize("NFKC", text).translate(_SAME))
    bare = text.strip(_AT_ENDS)
    if article := _ARTICLE.match(bare):
        bare = bare[article.end() :].strip(_AT_ENDS) or bare
    return (bare or text)[:MAX_CHARACTERS]


def collapsed(text: str) -> str:
    """A text without spaces at its ends, and with one between two words."""
    return " ".join(text.split())


def readable(text: str) -> str:
    """A text as others may see it: on one line, without control characters and without those that change direction."""
    return collapsed("".join(" " if c.isspace() else c for c in text if c.isspace() or not _is_control(c)))


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return all(character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in text)


def _plain(character: str) -> str:
    """Digits of all scripts as 0 to 9, any space as a space, nothing for what cannot be seen."""
    if character.isspace():
        return " "
    if _is_control(character) or unicodedata.category(character) == "Cf":
        return ""
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") or unicodedata.bidirectional(character) in (
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    )


def _without_accents(text: str) -> str:
    """Without combining marks behind letters of scripts where they are accents; elsewhere they are letters."""
    kept = []
    strips = False
    for character in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(character):
            strips = unicodedata.name(character, "").startswith(_STRIPPED_SCRIPTS)
        elif strips:
            continue
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))
