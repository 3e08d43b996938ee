"""Whatever a page of docs/ names as a test is one."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ("bad-days.md", "security.md")
LEAST = 40
"""So many tests are named on each of these pages."""


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_the_page_names_exists(page: str) -> None:
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", (ROOT / "docs" / page).read_text())
    assert len(named) > LEAST
    files = {file: (ROOT / "tests" / file).read_text() for file, _ in named}
    assert [name for file, name in named if f"def {name}(" not in files[file]] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_file_of_tests_that_the_page_names_exists(page: str) -> None:
    named = re.findall(r"`([\w/.]+\.test\.ts)`", (ROOT / "docs" / page).read_text())
    assert named
    assert [file for file in named if not (ROOT / "clients/web/src" / file).exists()] == []
