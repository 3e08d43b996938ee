"""Plays seed after seed in a simulated world, until the time is over, or so many runs; ends with 1 if one failed.

python -m tests.simulation --minutes 30 --seed 1 --lanes 2
python -m tests.simulation --seed 17 --runs 1           # again, what seed 17 did, to the byte
python -m tests.simulation --runs 500 --coverage        # which fault has never met which await
"""

import argparse
import gc
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from tests.simulation.coverage import Coverage, Pair
from tests.simulation.faults import DEEDS
from tests.simulation.play import play
from tests.simulation.scenario import Scenario, draw
from tests.simulation.shrink import shrink
from tests.simulation.start import with_fixed_hashes

GAMES_PER_PROCESS = 100
"""Then another process goes on. Nothing is given back in between: to look for garbage takes a tenth of the time."""
SHOW_EVERY_S = 10.0

Played = tuple[int, tuple[str, ...], Counter[Pair]]
"""A seed, what did not hold, and what faults have met."""


def main() -> int:
    """Runs as the arguments say, and returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0, help="for how long [default: 1]")
    parser.add_argument(
        "--seed", type=int, nargs="+", default=[1], help="the first, each run has the next one; or several [default: 1]"
    )
    parser.add_argument("--runs", type=int, default=1_000_000, help="at most so many")
    parser.add_argument("--lanes", type=int, default=1, help="so many processes side by side [default: 1]")
    parser.add_argument("--fault", action="append", choices=DEEDS, default=[], help="this alone; repeatable")
    parser.add_argument("--coverage", action="store_true", help="say which fault has never met which await")
    given = parser.parse_args()
    with_fixed_hashes("tests.simulation")
    coverage = Coverage()
    first = given.seed[0]
    seeds = given.seed if len(given.seed) > 1 else range(first, first + given.runs)
    broken = run(seeds, given.minutes, given.lanes, given.fault, coverage)
    if given.coverage:
        print(*coverage.report(), sep="\n")
    return 1 if broken else 0


def run(seeds: Sequence[int], minutes: float, lanes: int, faults: Sequence[str], coverage: Coverage) -> bool:
    """Plays until something breaks, and tells that story; returns whether something did."""
    gc.disable()  # its moments would not follow from the seed
    _played(faults, seeds[0])  # what all games keep is made before processes are forked
    began = shown_at = time.monotonic()
    played = 0
    for seed, wrong, pairs in _outcomes(seeds, lanes, faults):
        played += 1
        coverage.pairs.update(pairs)
        if wrong:
            print(f"seed {seed} breaks; looking for the shortest story that does ...", *wrong, sep="\n  ", flush=True)
            show(draw(seed, *faults), faults)
            return True
        if time.monotonic() > began + 60 * minutes:
            break
        if time.monotonic() > shown_at + SHOW_EVERY_S:
            shown_at = time.monotonic()
            print(f"{played} games, {60 * played / (shown_at - began):.0f} a minute", flush=True)
    print(f"{played} games from seed {seeds[0]}, none broken; {60 * played / (time.monotonic() - began):.0f} a minute")
    return False


def _outcomes(seeds: Sequence[int], lanes: int, faults: Sequence[str]) -> Iterator[Played]:
    """What came of each seed, in their order. Games that nobody asks for any more are not begun."""
    games = lanes * GAMES_PER_PROCESS
    for at in range(0, len(seeds), games):
        with ProcessPoolExecutor(lanes, mp_context=get_context("fork")) as pool:
            yield from pool.map(partial(_played, faults), seeds[at : at + games])


def _played(faults: Sequence[str], seed: int) -> Played:
    coverage = Coverage()
    return seed, play(draw(seed, *faults), coverage).wrong, coverage.pairs


def show(broken: Scenario, faults: Sequence[str]) -> None:
    """Prints the shortest story in which something breaks as well, and how to hear it again."""
    scenario = shrink(broken, lambda smaller: bool(play(smaller).wrong))
    short = play(scenario)
    print(f"\n{scenario}", *short.story, sep="\n")
    print(f"\nBROKEN seed {broken.seed}", *short.wrong, sep="\n  ")
    chosen = "".join(f" --fault {name}" for name in faults)
    print(f"again: python -m tests.simulation --seed {broken.seed} --runs 1{chosen}")


if __name__ == "__main__":
    sys.exit(main())
