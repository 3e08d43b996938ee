"""docs/reliability.md names all faults, and only tests that there are."""

import re
from pathlib import Path

from tests.chaos.faults import FAULTS, LOSSES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reliability.md").read_text()
FAULTS_OF_THE_LIST = 50


def test_every_fault_of_the_suite_is_in_its_table() -> None:
    named = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(named) == sorted(FAULTS | LOSSES)


def test_every_fault_of_the_list_has_a_test() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\| (.*) \|$", PAGE, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, FAULTS_OF_THE_LIST + 1))
    assert [number for number, tests in rows if "`" not in tests] == []


def test_every_test_that_is_named_exists() -> None:
    files = {path.name: path for folder in ("tests", "clients/web/src") for path in (ROOT / folder).rglob("*.*")}
    several = {path: path.read_text() for path in (ROOT / "tests").rglob("test_*.py")}
    for name, test in re.findall(r"`([\w.]+\.(?:py|ts))(?:::(\w+))?`", PAGE):
        assert name in files, name
        sources = [text for path, text in several.items() if path.name == name]
        assert not test or any(f"def {test}(" in source for source in sources), f"{name}::{test}"
