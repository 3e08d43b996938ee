"""`python -m benchmarks a,b`: runs these cases, or all, and writes results.json and the tables of README.md.

The machine disturbs: each case is run several times (`RUNS`, three unless the environment says otherwise), and a run in
which other virtual machines took too much of the server's core is done again.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any, Final

from benchmarks import charts, results, table
from benchmarks.game import Spoiled
from benchmarks.machine import stolen_s
from benchmarks.results import Row
from benchmarks.rig import LOAD_CORE

RUNS: Final = int(os.environ.get("RUNS", "3"))
TRIES_OF_A_RUN: Final = 3
MOST_STOLEN: Final = 0.06
"""Of a core."""

CASES: Final = {
    "a": "cpu",
    "b": "fanout",
    "c": "latency",
    "d": "memory",
    "e": "sessions",
    "f": "traffic",
    "g": "gateways",
    "h": "durability",
    "i": "written",
}


def main(letters: str) -> int:
    """Runs the cases one after the other; returns 0 whatever they find."""
    unknown = [letter for letter in letters if letter not in CASES]
    if unknown:
        print(f"there is no case {', '.join(unknown)}; there are {', '.join(CASES)}", file=sys.stderr)
        return 2
    os.sched_setaffinity(0, {LOAD_CORE})
    kept = results.load()
    for letter in letters or CASES:
        started = time.monotonic()
        case = import_module(f"benchmarks.cases.{CASES[letter]}")
        try:
            runs, stolen = _measure(case.measure)
        except (OSError, Spoiled, ExceptionGroup) as error:
            print(f"\n({letter}) {case.TITLE}: not measured, {error or type(error).__name__}", flush=True)
            continue
        kept[letter] = results.case(case.TITLE, runs, stolen)
        results.save(kept)
        table.write(kept)
        charts.write(kept)
        print(f"\n({letter}) {case.TITLE}, {time.monotonic() - started:.0f} s\n")
        for row in kept[letter].rows:
            print(table.as_text(row), flush=True)
    return 0


def _measure(measure: Callable[[], Coroutine[Any, Any, tuple[Row, ...]]]) -> tuple[list[tuple[Row, ...]], float]:
    """The rows of each run, and the largest share of a core that was taken in one of them.

    Raises:
        Spoiled: too much was taken again and again.
    """
    runs, worst = [], 0.0
    for _ in range(RUNS):
        for _ in range(TRIES_OF_A_RUN):
            stolen_before, began = stolen_s(), time.perf_counter()
            rows = asyncio.run(measure())
            stolen = (stolen_s() - stolen_before) / (time.perf_counter() - began)
            if stolen <= MOST_STOLEN:
                break
        else:
            raise Spoiled(f"other virtual machines took {stolen:.0%} of a core")
        runs.append(rows)
        worst = max(worst, stolen)
    return runs, worst


if __name__ == "__main__":
    sys.exit(main("".join(sys.argv[1:]).replace(",", "")))
