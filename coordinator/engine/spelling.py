"""How far two texts are apart, and what counts as a slip: optimal string alignment distance, where a swap is one step.

Damerau (1964); a slip counts from 4 characters on, two from 8. Nothing here depends on Unicode tables.
"""

import re
from typing import Final

ONE_SLIP_FROM: Final = 4
TWO_SLIPS_FROM: Final = 8

_ROMAN: Final = re.compile(r"m{0,3}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})", re.IGNORECASE)
_DIGIT: Final = re.compile("[0-9]")


def slips_allowed(variant: str) -> int:
    """How many slips a normalised text may have."""
    length = len(variant)
    return 0 if length < ONE_SLIP_FROM else 1 if length < TWO_SLIPS_FROM else 2


def fixed_words(text: str) -> list[str]:
    """The words in which no slip is allowed: those with a digit, and Roman numerals."""
    return [word for word in text.split() if _DIGIT.search(word) or _ROMAN.fullmatch(word)]


def distance(one: str, other: str, most: int) -> int | None:
    """The optimal string alignment distance of two texts; None where it is above `most`, which is small.

    Texts that are far apart, as most are, cost a comparison of their letters: a step changes at most two of them.
    """
    if abs(len(one) - len(other)) > most or len(set(one) ^ set(other)) > 2 * most:
        return None
    return _distance(one, other, most)


def _distance(one: str, other: str, most: int) -> int | None:
    """By trying each step at the first difference: with two steps at most, a handful of comparisons."""
    one, other = _where_they_differ(one, other)
    if not one or not other:
        rest = len(one) + len(other)
        return rest if rest <= most else None
    if most < 2:
        is_one_step = len(one) == len(other) == 1 or (len(one) == 2 and one == other[::-1])
        return 1 if most and is_one_step else None
    rests = [(one[1:], other[1:]), (one[1:], other), (one, other[1:])]
    if one[:2] == other[1::-1]:
        rests.append((one[2:], other[2:]))
    found = [steps for rest in rests if (steps := _distance(*rest, most - 1)) is not None]
    return min(found) + 1 if found else None


def _where_they_differ(one: str, other: str) -> tuple[str, str]:
    """Both texts without what they begin and end with in common."""
    start, shorter = 0, min(len(one), len(other))
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[start : len(one) - end], other[start : len(other) - end]
