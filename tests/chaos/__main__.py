"""Plays seed after seed until the time is over, or so many runs; ends with 1 if an invariant was broken.

python -m tests.chaos --minutes 30 --seed 1 --lanes 3
python -m tests.chaos --seed 17 --runs 1                          # again, what seed 17 did
python -m tests.chaos --seed 1 --fault valkey_killed --runs 20    # this fault alone
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests.chaos.cluster import Cluster
from tests.chaos.crowd import Moment
from tests.chaos.drill import Broken, Drill, Seen
from tests.chaos.faults import FAULTS, LOSSES

RUNS_PER_CLUSTER = 25
"""Then everything is started again."""
MOST_FAILURES = 5


def drills(seed: int, runs: int, minutes: float, faults: list[str]) -> Iterator[Drill]:
    """One for each seed, until one of the limits."""
    end_at = time.monotonic() + minutes * 60
    for number in range(seed, seed + runs):
        if time.monotonic() > end_at:
            return
        yield Drill(number, faults)


class Report:
    """What came of all runs."""

    def __init__(self) -> None:
        self.failures = 0
        self.runs = 0
        self._runs: Counter[str] = Counter()
        self._moments: set[tuple[str, Moment]] = set()
        self._alone: defaultdict[str, list[Seen]] = defaultdict(list)
        """What people noticed of each fault where it was the only one."""

    def passed(self, drill: Drill, took_s: float) -> None:
        """A run in which all invariants held."""
        self.runs += 1
        for planned in drill.plan:
            self._runs[planned.fault] += 1
            self._moments.add((planned.fault, planned.moment))
            if len(drill.plan) == 1:
                self._alone[planned.fault].append(drill.seen)
        print(f"seed {drill.seed}: {took_s:4.1f} s  {'; '.join(map(str, drill.plan))}", flush=True)

    def failed(self, broken: Broken) -> None:
        """A run in which one did not."""
        self.runs += 1
        self.failures += 1
        print(f"\nBROKEN {broken}\n", flush=True)

    def show(self) -> None:
        """How often each fault was done, and, where it was alone, the longest times that anybody noticed."""
        print(f"\n{self.runs} runs, {self.failures} with a broken invariant")
        print(
            f"{len(self._runs)} faults, {len(self._moments)} of {len(FAULTS) * len(Moment)} pairs of fault and moment"
        )
        print(f"{'fault':26} runs  alone   away s   answer s   results s")
        for fault, runs in sorted(self._runs.items()):
            seen = self._alone[fault] or [Seen()]
            away, acknowledged = max(one.away for one in seen), max(one.acknowledged for one in seen)
            late = max(one.late for one in seen)
            print(f"{fault:26} {runs:4} {len(self._alone[fault]):6} {away:8.1f} {acknowledged:10.1f} {late:11.1f}")


async def run(todo: Iterator[Drill], lanes: int) -> Report:
    """Runs them, so many side by side, each on a deployment of its own."""
    report = Report()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(lanes):
            tasks.create_task(_play(todo, report))
    return report


async def _play(todo: Iterator[Drill], report: Report) -> None:
    """One lane: each cluster for some of the runs, and until one fails on it."""
    while report.failures < MOST_FAILURES and (first := next(todo, None)):
        folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        async with Cluster(folder) as cluster:
            for drill in (first, *islice(todo, RUNS_PER_CLUSTER - 1)):
                started = time.monotonic()
                try:
                    await drill.run(cluster)
                except Broken as broken:
                    report.failed(broken)
                    break
                report.passed(drill, time.monotonic() - started)


def main() -> int:
    """Runs as the arguments say, and returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="for how long [default: 5]")
    parser.add_argument("--seed", type=int, default=1, help="the first; each run has the next one [default: 1]")
    parser.add_argument("--runs", type=int, default=1_000_000, help="at most so many")
    parser.add_argument("--lanes", type=int, default=1, help="so many deployments side by side [default: 1]")
    parser.add_argument(
        "--fault", action="append", choices=sorted(FAULTS | LOSSES), default=[], help="this alone; repeatable"
    )
    given = parser.parse_args()
    report = asyncio.run(run(drills(given.seed, given.runs, given.minutes, given.fault), given.lanes))
    report.show()
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
