"""Decimal numbers as they travel: text such as `-12.50`, computed with as integers.

No floats: a number is its mantissa and how many of its digits stand behind the point, so that the same text means the
same everywhere. The engine's `numerals` reads numbers as people write them.
"""

from typing import Annotated, Final, NamedTuple

from msgspec import Meta

MAX_DIGITS: Final = 20

DecimalText = Annotated[str, Meta(pattern=r"^-?[0-9]+(\.[0-9]+)?$(?!\n)", max_length=MAX_DIGITS + 2)]


class Decimal(NamedTuple):
    """An exact number: `mantissa` / 10**`scale`, in the shortest form: equal numbers are equal tuples."""

    mantissa: int
    scale: int

    def text(self) -> str:
        """The number as it travels."""
        digits = f"{abs(self.mantissa):0{self.scale + 1}d}"
        sign = "-" if self.mantissa < 0 else ""
        whole, fraction = digits[: len(digits) - self.scale], digits[len(digits) - self.scale :]
        return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def shortest(mantissa: int, scale: int) -> Decimal:
    """The number mantissa / 10**scale, with no zero at the end of its fraction."""
    while scale > 0 and mantissa % 10 == 0:
        mantissa, scale = mantissa // 10, scale - 1
    return Decimal(mantissa, scale)


def decimal(text: str) -> Decimal:
    """Reads a number as it travels.

    Args:
        text: of the form of `DecimalText`.

    Raises:
        ValueError: it is of another form, or has more than MAX_DIGITS digits.
    """
    whole, _, fraction = text.partition(".")
    if len(whole.lstrip("-")) + len(fraction) > MAX_DIGITS:
        raise ValueError(f"{text} has more than {MAX_DIGITS} digits")
    return shortest(int(whole + fraction), len(fraction))


def aligned(numbers: list[Decimal]) -> list[int]:
    """The numbers as integers of one unit, the finest that any of them needs."""
    scale = max(number.scale for number in numbers)
    return [number.mantissa * 10 ** (scale - number.scale) for number in numbers]
