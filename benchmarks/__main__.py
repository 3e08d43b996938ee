"""`python -m benchmarks a,b`: runs these cases, or all, and writes results.json and the tables of README.md."""

import asyncio
import os
import sys
import time
from importlib import import_module
from typing import Final

from benchmarks import charts, results, table
from benchmarks.game import Spoiled
from benchmarks.rig import LOAD_CORE

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
            rows = asyncio.run(case.measure())
        except (OSError, Spoiled, ExceptionGroup) as error:
            print(f"\n({letter}) {case.TITLE}: not measured, {error or type(error).__name__}", flush=True)
            continue
        kept[letter] = results.case(case.TITLE, rows)
        results.save(kept)
        table.write(kept)
        charts.write(kept)
        print(f"\n({letter}) {case.TITLE}, {time.monotonic() - started:.0f} s\n")
        for row in kept[letter].rows:
            print(table.as_text(row), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main("".join(sys.argv[1:]).replace(",", "")))
