"""Queues that feed each other, simulated event by event. Pure; the same for the same arrivals.

A core serves its stages in turn, one at a time. A stage takes all that waits for it, up to its limit, and
needs a fixed time for that and some time for each item, and may rest between two batches: the way in which gateways
append, coordinators commit and both deliver. An item passes the stages of its route, in order.
"""

import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple


class Stage(NamedTuple):
    """What a core does; stages with the same core wait for each other."""

    core: int
    fixed_s: float
    per_item_s: float
    limit: int
    every_s: float = 0.0
    """From the start of one batch to that of the next, at least."""


class Arrival(NamedTuple):
    """An item, and the stages that it passes, by their numbers."""

    at: float
    route: tuple[int, ...]


@dataclass
class _Core:
    stages: list[int] = field(default_factory=list)
    turn: int = 0
    is_busy: bool = False


Batch = list[tuple[int, int]]
"""Items by their number, with their position on their route."""
_ARRIVES: Final = 0
_SERVED: Final = 1
_RESTED: Final = 2


class _Simulation:
    def __init__(self, stages: Sequence[Stage], items: Sequence[Arrival]) -> None:
        self.done = [0.0] * len(items)
        self._stages = stages
        self._items = items
        self._waiting: list[deque[tuple[int, int]]] = [deque() for _ in stages]
        self._ready_at = [0.0] * len(stages)
        self._cores: dict[int, _Core] = {}
        for number, stage in enumerate(stages):
            self._cores.setdefault(stage.core, _Core()).stages.append(number)
        self._order = len(items)
        self._events: list[tuple[float, int, int, int, Batch]] = [
            (item.at, number, _ARRIVES, item.route[0], [(number, 0)]) for number, item in enumerate(items)
        ]

    def run(self) -> None:
        while self._events:
            now, _, kind, stage, batch = heapq.heappop(self._events)
            core = self._cores[self._stages[stage].core]
            touched = [core]
            if kind == _ARRIVES:
                self._waiting[stage].extend(batch)
            elif kind == _SERVED:
                core.is_busy = False
                touched += self._pass_on(now, batch)
            for core in touched:
                self._serve(now, core)

    def _pass_on(self, now: float, batch: Batch) -> list[_Core]:
        touched = []
        for number, position in batch:
            item = self._items[number]
            if position + 1 == len(item.route):
                self.done[number] = now - item.at
            else:
                following = item.route[position + 1]
                self._waiting[following].append((number, position + 1))
                touched.append(self._cores[self._stages[following].core])
        return touched

    def _serve(self, now: float, core: _Core) -> None:
        """A free core takes what waits for the next of its stages that may begin."""
        if core.is_busy:
            return
        for step in range(len(core.stages)):
            turn = (core.turn + step) % len(core.stages)
            number = core.stages[turn]
            queue, stage = self._waiting[number], self._stages[number]
            if queue and self._ready_at[number] <= now:
                taken = [queue.popleft() for _ in range(min(len(queue), stage.limit))]
                core.turn, core.is_busy = turn + 1, True
                self._later(now + stage.fixed_s + stage.per_item_s * len(taken), _SERVED, number, taken)
                if stage.every_s:
                    self._ready_at[number] = now + stage.every_s
                    self._later(now + stage.every_s, _RESTED, number, [])
                return

    def _later(self, at: float, kind: int, stage: int, batch: Batch) -> None:
        heapq.heappush(self._events, (at, self._order, kind, stage, batch))
        self._order += 1


def simulate(stages: Sequence[Stage], arrivals: Iterable[Arrival]) -> list[float]:
    """How long each item was under way, in seconds, in the order of the arrivals; these are in order of time."""
    simulation = _Simulation(stages, list(arrivals))
    simulation.run()
    return simulation.done


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed; zero without any."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0
