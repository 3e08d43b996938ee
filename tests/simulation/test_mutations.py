"""Each bug that is put back is found; they run in a process of their own, as in `test_simulation`."""

import subprocess
import sys
from pathlib import Path

from tests.simulation.mutations import FOCUS, MUTATIONS, SEEDS


def test_a_seed_is_known_for_each_bug() -> None:
    assert list(SEEDS) == list(MUTATIONS)


def test_the_page_on_reliability_names_the_seed_of_each() -> None:
    page = (Path(__file__).parents[2] / "docs/reliability.md").read_text()
    for bug, seed in SEEDS.items():
        games = f"`{FOCUS[bug]}` alone" if bug in FOCUS else "whatever is drawn"
        assert f"| {bug} | {games} | {seed} |" in page


def test_every_bug_that_is_put_back_is_found() -> None:
    command = [sys.executable, "-m", "tests.simulation.mutations"]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
