"""Whatever docs/security.md names as a test is one."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/security.md").read_text()


def test_every_test_that_the_page_names_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", PAGE)
    assert len(named) > 40
    files = {file: (ROOT / "tests" / file).read_text() for file, _ in named}
    assert [name for file, name in named if f"def {name}(" not in files[file]] == []


def test_every_file_of_tests_that_the_page_names_exists() -> None:
    named = re.findall(r"`([\w/]+\.test\.ts)`", PAGE)
    assert named
    assert [file for file in named if not (ROOT / "clients/web/src" / file).exists()] == []
