"""Finds words of a list in what players write, whatever they do to get past it.

A text is folded first: look-alikes of other scripts, signs and digits that stand for letters, accents, case. Then it is
read in several ways: word by word, with the letters together that dots or spaces keep apart, and with one letter for
each asterisk. A letter may be repeated. What is found is a whole word, unless the list says otherwise, so that
Scunthorpe, a shiitake and a pique-nique get through.

The verdict depends on the lists and the tables of Unicode: the log holds it, and a replay does not ask again.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

import unicodedata2 as unicodedata

from quickpoll import wordlists
from quickpoll.lookalikes import fold, in_ascii

MAX_CHARACTERS: Final = 500
"""Of a text after NFKC: compatibility forms can become twenty times as long."""

_MASKS: Final = "*#@●○◯〇•"
"""What stands for a letter that is left out; @ for an a as well."""
_MASK: Final = "*"
_MASKED: Final = re.compile(
    f"(?<=[^\\W\\d])[{re.escape(_MASKS)}]+(?=[^\\W\\d])|(?<=[^\\W\\d]{{2}})[{re.escape(_MASKS)}]{{2,}}(?!\\w)"
)
_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks by their category that are drawn as nothing."""
_AT_ENDS: Final = ".,;:!?¿¡'\"()[]{}…。、！？「」~〜ー-_"
_BETWEEN: Final = re.compile(r"[\W_]+")
_BETWEEN_WORDS: Final = re.compile(r"[^\w・]+|_+")
_APOSTROPHES: Final = dict.fromkeys(map(ord, "'’‘`´ʼ"), " ")
"""They end a word: *who're* is not the word that it has the letters of."""
_SIGNS: Final = str.maketrans("03456789@$€£+¡", "oeasgtbgaselti")
_EITHER: Final = ("i", "l")
"""What 1, | and ! stand for, and a capital I that is taken for the other."""
_ONES: Final = str.maketrans("1|!I", "1111")
_VV: Final = re.compile("vv", re.IGNORECASE)
"""As in *vvhore*."""
_V: Final = str.maketrans("vV", "uu")
"""As in stone: *pvta*."""
_SMALL_CAPITALS: Final = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=False))
_OTHERS: Final = str.maketrans(
    {
        **_SMALL_CAPITALS,
        **{chr(first + n): chr(ord("a") + n) for first in (0x1F150, 0x1F170, 0x1F1E6) for n in range(26)},  # 🅐 🅰 🇦
        **dict(zip("ةىیکٱـ", ("ه", "ي", "ي", "ك", "ا", ""), strict=True)),
        **dict(zip("ƒƑғҒøØđĐłŁ¢¥µ", "ffffooddllcyu", strict=True)),
    }
)
_KATAKANA: Final = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
"""As hiragana."""
_ACCENTED: Final = ("LATIN ", "GREEK ", "CYRILLIC ", "ARABIC ", "HEBREW ")
"""Scripts where marks make no other letter; ñ, an exception, is kept."""
_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_BEFORE_ARABIC: Final = "و?(?:يا)?(?:ال)?"
"""And, o, the: they are written together with a word."""
_FEWEST_SHOWN: Final = 2


@lru_cache(maxsize=8192)  # of thousands of players, many write the same
def finds(text: str, own: tuple[str, ...] = (), *, in_name: bool = False) -> bool:
    """Whether a text has a word of the lists, or of the host's own.

    Args:
        text: as it was written.
        own: words of the host, in the form of the lists.
        in_name: whether it is the name of a player: for names there are more words.
    """
    lists = (_built_in(in_name), _finder(own)) if own else (_built_in(in_name),)
    return any(finder.finds(reading) for reading in _readings(text) for finder in lists)


class _Finder:
    """A list of words, ready to be looked for."""

    def __init__(self, lines: Iterable[str]) -> None:
        whole: list[str] = []
        starts: list[str] = []
        inside: list[str] = []
        self._bare: list[tuple[str, bool]] = []
        for line in lines:
            word = " ".join(_BETWEEN.split(_folded(line.strip("*" + _AT_ENDS), "i"))).strip()
            if not word:
                continue
            (inside if line.startswith("*") else starts if line.endswith("*") else whole).append(_repeatable(word))
            self._bare.append((word, line.endswith("*")))
        self._words = _any_of(r"(?<!\S)(?:{})(?!\S)", whole)
        self._starts = _any_of(r"(?<!\S)(?:{})", starts)
        self._inside = _any_of("{}", inside)
        self._joined = _any_of("(?:{})", inside)

    def finds(self, reading: "_Reading") -> bool:
        return (
            any(bool(one.search(line)) for line in reading.lines for one in (self._words, self._starts, self._inside))
            or any(bool(self._joined.fullmatch(line)) for line in reading.joined)
            or any(map(self._finds_masked, reading.masked))
        )

    def _finds_masked(self, token: str) -> bool:
        return any(
            len(word) == len(token) or (goes_on and len(word) < len(token))
            for word, goes_on in self._bare
            if len(word) <= len(token) and _shows(token[: len(word)], word)
        )


class _Reading:
    """What a text says, with one reading of what is ambiguous."""

    def __init__(self, text: str, one: str) -> None:
        chunks = [chunk for chunk in text.split() if chunk.strip(_AT_ENDS)]
        self.masked = [_folded(_MASKED.sub(_one_each, chunk), one) for chunk in chunks if _MASKED.search(chunk)]
        folded = [_folded(chunk.strip(_AT_ENDS), one) for chunk in chunks]
        together = [_BETWEEN.sub("", chunk) for chunk in folded]
        bare = [_folded(chunk.strip(_AT_ENDS + "0123456789"), one) for chunk in chunks]
        self.lines = {
            " ".join(" ".join(_BETWEEN_WORDS.split(chunk)) for chunk in folded),
            " ".join(together),
            " ".join(bare),
            *_spelled_out(together),
        }
        self.joined = {
            "".join(together[start:end]) for start in range(len(together)) for end in range(start + 2, start + 5)
        }


def _readings(text: str) -> Iterator[_Reading]:
    text = unicodedata.normalize("NFKC", text)[:MAX_CHARACTERS].translate(_APOSTROPHES)
    text = "".join(character for character in text if _is_seen(character))
    is_ambiguous = any(character in "1|!I" for character in in_ascii(text))
    for one in _EITHER if is_ambiguous else _EITHER[:1]:
        yield _Reading(text, one)
    if "v" in text or "V" in text:
        yield _Reading(text.translate(_V), _EITHER[0])
    if _VV.search(text):
        yield _Reading(_VV.sub("w", text), _EITHER[0])


def _is_seen(character: str) -> bool:
    return character not in _UNSEEN and unicodedata.category(character) not in ("Cf", "Cc", "Cs")


def _folded(text: str, one: str) -> str:
    """A text as it is compared: signs and digits are letters where there is a letter, or no digit, beside them."""
    text = in_ascii(unicodedata.normalize("NFKC", text)).translate(_OTHERS).translate(_KATAKANA)
    if any(map(str.isalpha, text)) or not any(map(str.isdecimal, text)):
        text = text.translate(_ONES).replace("1", one).translate(_SIGNS)
    return _without_accents(fold(text))


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    strips = False
    for character in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(character):
            strips = unicodedata.name(character, "").startswith(_ACCENTED)
        elif strips and not (character == "\u0303" and kept[-1] == "n"):
            continue
        kept.append(character)
    return str(unicodedata.normalize("NFC", "".join(kept)))


def _spelled_out(chunks: list[str]) -> Iterator[str]:
    """The words that single letters in a row make."""
    letters: list[str] = []
    for chunk in [*chunks, ""]:
        if len(chunk) == 1:
            letters.append(chunk)
            continue
        if len(letters) > 1:
            yield "".join(letters)
        letters = []


def _one_each(masks: re.Match[str]) -> str:
    return _MASK * len(masks[0])


def _shows(token: str, word: str) -> bool:
    """Whether a token is this word with letters left out, of which it shows enough."""
    shown = sum(character != _MASK for character in token)
    alike = all(mine in (_MASK, its) for mine, its in zip(token, word, strict=True))
    return alike and shown >= _FEWEST_SHOWN and _MASK in token


def _repeatable(word: str) -> str:
    """The pattern of a word whose letters may be repeated; two that are the same are never read as one."""
    runs = re.findall(r"((.)\2*)", word)
    return "".join(run if run == " " else re.escape(run) + re.escape(letter) + "*" for run, letter in runs)


def _any_of(pattern: str, words: list[str]) -> re.Pattern[str]:
    """One pattern for many words; each branch begins with a letter, so that most are given up at once."""
    arabic = [word for word in words if _ARABIC.match(word)]
    others = [word for word in words if not _ARABIC.match(word)]
    if arabic:
        others.append(f"{_BEFORE_ARABIC}(?:{'|'.join(arabic)})")
    return re.compile(pattern.format("|".join(others)) if others else r"(?!)")


@lru_cache(maxsize=2)
def _built_in(in_name: bool) -> _Finder:
    return _Finder(wordlists.IN_NAMES if in_name else wordlists.EVERYWHERE)


@lru_cache(maxsize=256)
def _finder(own: tuple[str, ...]) -> _Finder:
    return _Finder(own)
