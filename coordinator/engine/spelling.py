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
    """The optimal string alignment distance of two texts; None where it is above `most`."""
    if abs(len(one) - len(other)) > most:
        return None
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    if not one or not other:
        rest = len(one) + len(other)
        return rest if rest <= most else None
    return _distance(one, other, most)


def _distance(one: str, other: str, most: int) -> int | None:
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, its in enumerate(other, 1):
            steps = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (letter != its))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == its:
                steps = min(steps, before[column - 2] + 1)
            current.append(steps)
        if min(current) > most and min(last) > most:
            return None
        before, last = last, current
    return last[-1] if last[-1] <= most else None
