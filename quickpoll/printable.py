"""Text from a file or the network, made fit for a terminal or a line of a log.

A control character in a title or a name could move the cursor and paint over what was said before, end the line,
or turn its direction round. Whatever writes to a terminal or a log passes its text through here.
"""

from typing import Final

_JOINERS: Final = frozenset("\u200c\u200d")
"""They make one picture of several, and join or part letters: harmless, and many names have them."""


def printable(text: str) -> str:
    r"""The text on one line, with what is not to be shown as escapes (`\u001b`), as JSON writes them too."""
    if text.isprintable():
        return text
    return "".join(character if _is_shown(character) else _escape(character) for character in text)


def _is_shown(character: str) -> bool:
    return character.isprintable() or character in _JOINERS


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
