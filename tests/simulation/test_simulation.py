"""Some seeds that are always the same, and some that nobody has played before.

They run in a process of their own with a fixed hash seed: what fails here fails again by the command that is printed.
"""

import secrets
import subprocess
import sys

FIXED, FRESH = 40, 15
MOST_SEED = 10**9


def simulate(first: int, runs: int) -> None:
    arguments = ("--seed", str(first), "--runs", str(runs), "--minutes", "60")
    command = [sys.executable, "-m", "tests.simulation", *arguments]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_nothing_breaks_in_worlds_that_are_always_the_same() -> None:
    simulate(1, FIXED)


def test_nothing_breaks_in_worlds_that_are_new() -> None:
    simulate(secrets.randbelow(MOST_SEED), FRESH)
