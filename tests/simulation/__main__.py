"""Plays seed after seed in a simulated world, until the time is over, or so many runs; ends with 1 if one failed.

python -m tests.simulation --minutes 30 --seed 1
python -m tests.simulation --seed 17 --runs 1      # again, what seed 17 did, to the byte
"""

import argparse
import gc
import os
import sys
import time
from collections.abc import Sequence

from tests.simulation.play import play
from tests.simulation.scenario import draw

HASH_SEED = "0"
"""Of Python's sets of texts, whose order would be another in each process."""
COLLECT_EVERY = 20
SHOW_EVERY_S = 10.0


def main() -> int:
    """Runs as the arguments say, and returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0, help="for how long [default: 1]")
    parser.add_argument("--seed", type=int, default=1, help="the first; each run has the next one [default: 1]")
    parser.add_argument("--fault", action="append", default=[], help="this alone; repeatable")
    parser.add_argument("--runs", type=int, default=1_000_000, help="at most so many")
    given = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != HASH_SEED:
        command = [sys.executable, "-m", "tests.simulation", *sys.argv[1:]]
        os.execve(command[0], command, os.environ | {"PYTHONHASHSEED": HASH_SEED})  # noqa: S606
    return run(given.seed, given.runs, given.minutes, given.fault)


def run(seed: int, runs: int, minutes: float, faults: Sequence[str]) -> int:
    """Plays, and prints what fails."""
    gc.disable()  # its moments would not follow from the seed
    gc.freeze()
    began = shown_at = time.monotonic()
    played = 0
    for number in range(seed, seed + runs):
        if time.monotonic() > began + 60 * minutes:
            break
        outcome = play(draw(number, *faults))
        played += 1
        if outcome.wrong:
            lines = "\n  ".join(outcome.wrong)
            plan = "; ".join(map(str, outcome.scenario.faults))
            print(f"\nBROKEN seed {number}: {outcome.scenario}\n{plan}\n  {lines}")
            print(f"again: make simulate SEED={number} RUNS=1")
            return 1
        if played % COLLECT_EVERY == 0:
            gc.collect()
        if time.monotonic() > shown_at + SHOW_EVERY_S:
            shown_at = time.monotonic()
            print(f"{played} games, {60 * played / (shown_at - began):.0f} a minute", flush=True)
    print(f"{played} games from seed {seed}, none broken; {60 * played / (time.monotonic() - began):.0f} a minute")
    return 0


if __name__ == "__main__":
    sys.exit(main())
