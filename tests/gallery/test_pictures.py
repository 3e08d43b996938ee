"""The pictures of docs/ are there, in both schemes, and no other is."""

from pathlib import Path

from tests.gallery.pictures import FOLDER, SCHEMES, VIEWS, file_of, index


def test_every_view_has_its_pictures_and_no_other_is_left() -> None:
    assert {path.name for path in FOLDER.glob("*.png")} == {
        file_of(view, scheme) for view in VIEWS for scheme in SCHEMES
    }
    assert (FOLDER / "README.md").read_text() == index(VIEWS)


def test_the_pictures_that_the_readme_shows_are_there() -> None:
    shown = [part.partition('"')[0] for part in Path("README.md").read_text().split('src="docs/')[1:]]
    assert shown
    assert [path for path in shown if not (Path("docs") / path).exists()] == []
