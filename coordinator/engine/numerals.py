"""Numbers as people write them: in all scripts' digits, with the separators of all languages, with fractions.

`1.234` is above a thousand in German and just above one in English: there the language of the page decides.
"""

import re
import unicodedata
from typing import Final

from quickpoll.decimals import MAX_DIGITS, Decimal, shortest

COMMA_LANGUAGES: Final = frozenset(
    [
        "az",
        "be",
        "bg",
        "bs",
        "ca",
        "cs",
        "da",
        "de",
        "el",
        "es",
        "et",
        "eu",
        "fi",
        "fr",
        "gl",
        "hr",
        "hu",
        "hy",
        "id",
        "is",
        "it",
        "ka",
        "kk",
        "lt",
        "lv",
        "mk",
        "nb",
        "nl",
        "nn",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sq",
        "sr",
        "sv",
        "tr",
        "uk",
        "uz",
        "vi",
    ]
)
"""Languages that write the decimal sign as a comma: by the main region of each in CLDR."""
_COMMA_REGIONS: Final = {"es": ("MX", "US", "GT", "HN", "NI", "PA", "PE", "DO", "SV", "PR"), "de": ("CH", "LI")}
"""Regions of these languages that write it as a point."""

_MINUS: Final = dict.fromkeys(map(ord, "‐‑‒–—−﹣－"), "-")
_FRACTION: Final = re.compile(r"(?P<sign>[+-]?) ?(?:(?P<whole>[0-9]+) )?(?P<part>[0-9]+)/(?P<parts>[0-9]+)")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?P<gap>[ ',.])[0-9]{3}(?:(?P=gap)[0-9]{3})*")


def read(text: str, locale: str | None, unit: str | None) -> Decimal | None:
    """Reads a number.

    Args:
        text: as it was written; the unit may stand before or behind it.
        locale: language of the page, such as `de` or `de-CH`; None: the point is the decimal sign.
        unit: what is counted, if anything.

    Returns:
        The number; None where it is none, has no end (1/3) or more than MAX_DIGITS digits.
    """
    plain = _without_unit(_plain(text), _plain(unit or ""))
    number = _fraction(plain) if "/" in plain else _decimal(plain, point="," if has_comma(locale) else ".")
    return number if number and len(number.text().strip("-").replace(".", "")) <= MAX_DIGITS else None


def has_comma(locale: str | None) -> bool:
    """Whether a language writes the decimal sign as a comma."""
    language, _, region = (locale or "").replace("_", "-").partition("-")
    return language.lower() in COMMA_LANGUAGES and region.upper() not in _COMMA_REGIONS.get(language.lower(), ())


def _plain(text: str) -> str:
    """The text with digits 0 to 9, one kind of minus, of apostrophe and of space, and fractions as `1/2`."""
    plain = []
    for character in text:
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            plain.append(str(digit))
        elif unicodedata.decomposition(character).startswith("<fraction>"):
            plain.append(" " + unicodedata.normalize("NFKC", character).replace("\u2044", "/"))
        elif unicodedata.category(character) not in ("Cf", "Cc"):
            plain.append(" " if character.isspace() else character)
    joined = unicodedata.normalize("NFKC", "".join(plain)).translate(_MINUS)
    joined = joined.replace("\u2044", "/").replace("\u066c", "").replace("\u2019", "'")
    return " ".join(joined.casefold().split())


def _without_unit(text: str, unit: str) -> str:
    if unit and text.endswith(unit):
        return text[: -len(unit)].strip()
    return text.removeprefix(unit).strip() if unit else text


def _fraction(text: str) -> Decimal | None:
    """A number such as `1 1/2` or `10/4`; None where its decimal digits never end."""
    match = _FRACTION.fullmatch(text)
    if match is None or len(text) > 2 * MAX_DIGITS or not int(match["parts"]):
        return None
    whole, part, parts = int(match["whole"] or 0), int(match["part"]), int(match["parts"])
    for scale in range(MAX_DIGITS):
        mantissa, rest = divmod((whole * parts + part) * 10**scale, parts)
        if not rest:
            return shortest(-mantissa if match["sign"] == "-" else mantissa, scale)
    return None


def _decimal(text: str, point: str) -> Decimal | None:
    sign, body = ("-", text[1:].strip()) if text.startswith("-") else ("", text.removeprefix("+").strip())
    whole, fraction = _parts(body, point)
    if not (whole + fraction).isdecimal() or not (whole + fraction).isascii() or len(whole + fraction) > 2 * MAX_DIGITS:
        return None
    return shortest(int(sign + whole + fraction), len(fraction))


def _parts(body: str, point: str) -> tuple[str, str]:
    """Digits before and behind the decimal sign; something that is no digit where it is no number."""
    if "\u066b" in body:
        whole, _, fraction = body.partition("\u066b")
        return _ungrouped(whole), fraction
    last = max(body.rfind("."), body.rfind(","))
    if last < 0:
        return _ungrouped(body), ""
    sign, before, behind = body[last], body[:last], body[last + 1 :]
    is_group = sign in before or (
        sign != point and len(behind) == 3 and _is_start_of_group(before) and not set(before) & {".", ","}
    )
    return (_ungrouped(body), "") if is_group else (_ungrouped(before), behind)


def _is_start_of_group(digits: str) -> bool:
    return 1 <= len(digits) <= 3 and digits[0] != "0"


def _ungrouped(text: str) -> str:
    """Digits without the separators between groups of three; unchanged where they are something else."""
    match = _GROUPED.fullmatch(text)
    return text.replace(match["gap"], "") if match else text
