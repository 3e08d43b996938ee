"""Some seeds that are always the same, and some that nobody has played before.

They run in processes of their own with a fixed hash seed: what fails here fails again by the command that is printed.
"""

import os
import secrets
import subprocess
import sys

import pytest

from tests.simulation.start import HASH_SEED

GAMES = 250
"""In each process: workers share them."""
FIXED = range(1, 3001, GAMES)
FRESH = range(1000 // GAMES)
MOST_SEED = 10**9
BROKEN_ONCE = {
    9501033: "a host went on from a place where it no longer was, and asked for the next question twice",
    9104113: "everybody was away when results were told, and the suite did not know what was right",
    40006750: "a gateway that hung while it was told to end left a connection that had come while it hung",
    50000503: "the same, with two connections and a longer wait",
    70026573: "everybody was away when the results were told, and what is right of a match is told with them",
    60004511: "no Sentinel had heard of any failover, though more than half have to agree to one",
    80022823: "a gateway was counted as dead though it had just spoken, and who had resumed there kept a wrong total",
    90007317: "of two copies of an answer the second counted, and the suite knew only that the first was refused",
    80014377: "who still took itself for the master was made the master, and then the replica of nobody",
    97010921: "everybody was away when the right order was told, and the suite did not know it from what was shown",
}
"""Seeds, and what was wrong there."""


def simulate(*seeds: int, runs: int = 1) -> None:
    arguments = ("--seed", *map(str, seeds), "--runs", str(runs), "--minutes", "60")
    command = [sys.executable, "-m", "tests.simulation", *arguments]
    environment = os.environ | {"PYTHONHASHSEED": HASH_SEED}  # else the command has to begin twice
    ran = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("first", FIXED)
def test_nothing_breaks_in_worlds_that_are_always_the_same(first: int) -> None:
    simulate(first, runs=GAMES)


@pytest.mark.parametrize("_", FRESH)
def test_nothing_breaks_in_worlds_that_are_new(_: int) -> None:
    simulate(secrets.randbelow(MOST_SEED), runs=GAMES)


def test_what_was_broken_once_is_whole() -> None:
    simulate(*BROKEN_ONCE)
