"""Which fault has met a process at which of its steps: each `await` in a gateway or a coordinator is one.

When a fault strikes, each task of a process waits at some await, and so does whatever has called it. What is counted
are pairs of a fault and such a place; the report tells the pairs that have never met.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, Final

from tests.simulation.loop import Host

ROOT: Final = Path(__file__).parents[2]
LOOKED_AT: Final = ("gateway", "coordinator", "quickpoll/store")
_STEPS: Final = (ast.Await, ast.AsyncWith, ast.AsyncFor)
_NO_STEPS: Final = ("timeout(", "AsyncExitStack(")
"""An `async with` of these does not wait: what is inside it may."""

Place = tuple[str, int]
"""A file, and the first line of an await in it."""
Pair = tuple[str, Place]
"""A fault and a place."""


class Coverage:
    """Counts over any number of runs."""

    def __init__(self) -> None:
        self.pairs: Counter[Pair] = Counter()

    def struck(self, fault: str, host: Host) -> None:
        """A fault strikes a process just now."""
        self.pairs.update((fault, place) for place in waits_at(host))

    def report(self) -> Iterator[str]:
        """How much was met, and what was not: the awaits that no fault has met, and of each other one the faults."""
        faults_at: dict[Place, set[str]] = {place: set() for place in places()}
        for fault, place in self.pairs:
            faults_at[place].add(fault)
        faults = set().union(*faults_at.values())
        met = sum(bool(at) for at in faults_at.values())
        yield f"{len(self.pairs)} pairs of {len(faults)} faults and {met} of {len(faults_at)} awaits"
        for (file, line), at in sorted(faults_at.items()):
            if at != faults:
                lacks = f"not with {', '.join(sorted(faults - at))}" if at else "never met"
                yield f"  {file}:{line}: {(ROOT / file).read_text().splitlines()[line - 1].strip()}: {lacks}"


def waits_at(host: Host) -> set[Place]:
    """Where the tasks of a process wait just now."""
    return {place for task in host.tasks() for place in _where(task.get_coro())}


def at_a_new_await(host: Host, number: int) -> Callable[[], bool]:
    """Says when tasks of a process have been at so many awaits at which none had been since it was first asked.

    So an await that is rare is met as often as one at which something waits nearly always.
    """
    seen: set[Place] = set()
    begun = False

    def is_time() -> bool:
        nonlocal number, begun
        new = waits_at(host) - seen
        seen.update(new)
        if begun:
            number -= len(new)
        begun = True
        return number <= 0

    return is_time


@cache
def places() -> dict[Place, range]:
    """Every await, and the lines that it takes."""
    found: dict[Place, range] = {}
    for folder in LOOKED_AT:
        for path in sorted((ROOT / folder).rglob("*.py")):
            lines = path.read_text().splitlines()
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, _STEPS) and not any(word in lines[node.lineno - 1] for word in _NO_STEPS):
                    # Of an `async with` the head alone: what is inside it has awaits of its own.
                    last = node.end_lineno if isinstance(node, ast.Await) else node.lineno
                    found[str(path.relative_to(ROOT)), node.lineno] = range(node.lineno, (last or node.lineno) + 1)
    return found


@cache
def _place_of(file: str, line: int) -> Place | None:
    """The await that a line belongs to, the innermost if there are several."""
    path = Path(file)
    if ROOT not in path.parents:
        return None
    name = str(path.relative_to(ROOT))
    around = [place for place, lines in places().items() if place[0] == name and line in lines]
    return max(around, default=None)


def _where(coroutine: Any) -> Iterator[Place]:
    """Where it waits, and what it has called that waits."""
    while coroutine is not None:
        frame: FrameType | None = getattr(coroutine, "cr_frame", None)
        if frame and (place := _place_of(frame.f_code.co_filename, frame.f_lineno)):
            yield place
        coroutine = getattr(coroutine, "cr_await", None)
