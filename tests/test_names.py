"""One name stands for one thing, and words that readers stumble over do not come back."""

import ast
import re
import subprocess
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("program", "quickpoll", "gateway", "coordinator", "clients", "benchmarks")
WORDS = {
    "reckon": "compute, judge",
    "anew": "again",
    "mend": "fix, repair",
    "of yours": "your",
    "of ours": "our",
    "the own": "one's own",
    "lets us not": "refuses",
    "for ever": "without end",
    "meanwhile": "during that time, or nothing",
    "nought": "zero",
    "by turns": "in turn",
    "dealt out": "distributed",
}
"""Words to avoid, with what to write instead: readers decode them rather than read them."""
UNREAD = re.compile(
    r"^(requirements.*\.txt|docs/pictures/.*|clients/web/(public/.*|package.*)|.*(?<!/en)\.(json|svg|png|woff2|mp3|ico)|tests/test_names\.py)$"
)
"""Files that are data, generated or pictures. Messages of the pages are read in English."""


def public_classes() -> dict[str, set[str]]:
    """The packages that define a public class, by its name."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].add(path.relative_to(ROOT).parent.as_posix())
    return found


@cache
def sources() -> dict[str, str]:
    """The text of each file that people read, by its name."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = [name for name in listed.stdout.split("\n") if name and not UNREAD.match(name)]
    return {name: (ROOT / name).read_text(errors="replace") for name in names}


def test_no_two_packages_have_a_class_of_the_same_name() -> None:
    twice = {name: sorted(packages) for name, packages in public_classes().items() if len(packages) > 1}
    assert twice == {}


@pytest.mark.parametrize("word", WORDS)
def test_words_that_readers_stumble_over_do_not_come_back(word: str) -> None:
    spaced = word.replace(" ", r"\s+")
    pattern = re.compile(rf"\b{spaced}(s|ed|ing|able)?\b", re.IGNORECASE)
    found = [
        f"{name}:{number}: {line.strip()}"
        for name, text in sources().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == [], f"write instead: {WORDS[word]}"
