"""The film strips in docs/ are of every kind, and small."""

from typing import get_args

from quickpoll.protocol import QuestionKind
from tests.gallery.strip import FOLDER, STRIPS, index

MOST_BYTES = 500_000


def test_every_kind_has_a_strip_in_the_docs() -> None:
    assert set(get_args(QuestionKind)) <= STRIPS.keys()
    assert {path.stem for path in FOLDER.glob("*.webp")} == STRIPS.keys()
    assert (FOLDER / "README.md").read_text() == index(list(STRIPS))


def test_all_strips_together_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= MOST_BYTES
