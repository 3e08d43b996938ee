"""Plays seed after seed in a simulated world, until the time is over, or so many runs; ends with 1 if one failed.

python -m tests.simulation --minutes 30 --seed 1
python -m tests.simulation --seed 17 --runs 1           # again, what seed 17 did, to the byte
python -m tests.simulation --runs 500 --coverage        # which awaits no fault has met
"""

import argparse
import gc
import sys
import time
from collections.abc import Sequence

from tests.simulation.coverage import Coverage
from tests.simulation.faults import DEEDS
from tests.simulation.play import Outcome, play
from tests.simulation.scenario import draw
from tests.simulation.shrink import shrink
from tests.simulation.start import with_fixed_hashes

COLLECT_EVERY = 20
SHOW_EVERY_S = 10.0


def main() -> int:
    """Runs as the arguments say, and returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0, help="for how long [default: 1]")
    parser.add_argument("--seed", type=int, default=1, help="the first; each run has the next one [default: 1]")
    parser.add_argument("--runs", type=int, default=1_000_000, help="at most so many")
    parser.add_argument("--fault", action="append", choices=DEEDS, default=[], help="this alone; repeatable")
    parser.add_argument("--coverage", action="store_true", help="say which awaits no fault has met")
    given = parser.parse_args()
    with_fixed_hashes("tests.simulation")
    coverage = Coverage()
    broken = run(given.seed, given.runs, given.minutes, given.fault, coverage)
    if given.coverage:
        print(*coverage.report(), sep="\n")
    return 1 if broken else 0


def run(seed: int, runs: int, minutes: float, faults: Sequence[str], coverage: Coverage) -> bool:
    """Plays until something breaks, and tells that story; returns whether something did."""
    gc.disable()  # its moments would not follow from the seed
    gc.freeze()
    began = shown_at = time.monotonic()
    played = 0
    for number in range(seed, seed + runs):
        if time.monotonic() > began + 60 * minutes:
            break
        outcome = play(draw(number, *faults), coverage)
        played += 1
        if outcome.wrong:
            print(f"seed {number} breaks; looking for the shortest story that does ...", flush=True)
            show(outcome, faults)
            return True
        if played % COLLECT_EVERY == 0:
            gc.collect()
        if time.monotonic() > shown_at + SHOW_EVERY_S:
            shown_at = time.monotonic()
            print(f"{played} games, {60 * played / (shown_at - began):.0f} a minute", flush=True)
    print(f"{played} games from seed {seed}, none broken; {60 * played / (time.monotonic() - began):.0f} a minute")
    return False


def show(outcome: Outcome, faults: Sequence[str]) -> None:
    """Prints the shortest story in which something breaks as well, and how to hear it again."""
    scenario = shrink(outcome.scenario, lambda smaller: bool(play(smaller).wrong))
    short = play(scenario)
    print(f"\n{scenario}", *short.story, sep="\n")
    print(f"\nBROKEN seed {outcome.scenario.seed}", *short.wrong, sep="\n  ")
    chosen = "".join(f" --fault {name}" for name in faults)
    print(f"again: python -m tests.simulation --seed {outcome.scenario.seed} --runs 1{chosen}")


if __name__ == "__main__":
    sys.exit(main())
