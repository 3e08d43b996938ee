"""The words that the filter knows, by language: `words/*.txt`, a word or a phrase on each line.

A line stands for a whole word or several. `word*` is the beginning of a word, and `*word*` is found anywhere in one,
also where it is pulled apart. How a word may be disguised is not listed: see `coordinator/engine/filtering.py`.

All lists hold for all sessions: people swear in more languages than the one they are taught in. So a word that is
innocent and common in another of the six languages (French *retard*, German *dick*) is not listed by itself, but for
the few that are insults above all else. `names.txt` holds for names of players only: *Hitler* and *vagina* are answers.
"""

from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("ar", "de", "en", "es", "fr", "ja")


def _lines(name: str) -> tuple[str, ...]:
    text = files("quickpoll").joinpath("words", f"{name}.txt").read_text("utf-8")
    return tuple(line for line in text.split("\n") if line and not line.startswith("#"))


BY_LANGUAGE: Final = {language: _lines(language) for language in LANGUAGES}
EVERYWHERE: Final = tuple(dict.fromkeys(line for lines in BY_LANGUAGE.values() for line in lines))
"""For names and texts."""
IN_NAMES: Final = EVERYWHERE + _lines("names")
"""For names."""
