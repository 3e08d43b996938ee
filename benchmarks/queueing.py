"""Queues that feed each other, simulated event by event. Pure; the same for the same arrivals.

A core serves one stage at a time, its stages by turns. A stage takes all that waits for it, up to its limit, and
needs a fixed time for that and some time for each item: the way in which gateways append, coordinators commit and
both deliver. An item passes the stages of its route, in order.
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


class Arrival(NamedTuple):
    """An item, and the stages that it passes, by their numbers."""

    at: float
    route: tuple[int, ...]


@dataclass
class _Core:
    stages: list[int] = field(default_factory=list)
    turn: int = 0
    is_busy: bool = False


_ARRIVES: Final = 0
_SERVED: Final = 1


def simulate(stages: Sequence[Stage], arrivals: Iterable[Arrival]) -> list[float]:
    """How long each item was under way, in seconds, in the order of the arrivals; these are in order of time."""
    items = list(arrivals)
    done = [0.0] * len(items)
    waiting: list[deque[tuple[int, int]]] = [deque() for _ in stages]
    cores: dict[int, _Core] = {}
    for number, stage in enumerate(stages):
        cores.setdefault(stage.core, _Core()).stages.append(number)
    events: list[tuple[float, int, int, int, list[tuple[int, int]]]] = [
        (item.at, number, _ARRIVES, item.route[0], [(number, 0)]) for number, item in enumerate(items)
    ]
    heapq.heapify(events)
    order = len(items)
    while events:
        now, _, kind, at_stage, batch = heapq.heappop(events)
        touched = {stages[at_stage].core}
        if kind == _ARRIVES:
            waiting[at_stage].extend(batch)
        else:
            cores[stages[at_stage].core].is_busy = False
            for number, position in batch:
                route = items[number].route
                if position + 1 == len(route):
                    done[number] = now - items[number].at
                else:
                    waiting[route[position + 1]].append((number, position + 1))
                    touched.add(stages[route[position + 1]].core)
        for core in sorted(touched):
            if served := _serve(cores[core], stages, waiting):
                number, taken = served
                lasts = stages[number].fixed_s + stages[number].per_item_s * len(taken)
                heapq.heappush(events, (now + lasts, order, _SERVED, number, taken))
                order += 1
    return done


def _serve(
    core: _Core, stages: Sequence[Stage], waiting: Sequence[deque[tuple[int, int]]]
) -> tuple[int, list[tuple[int, int]]] | None:
    """What a free core takes next: the next of its stages for which something waits, and that."""
    if core.is_busy:
        return None
    for step in range(len(core.stages)):
        turn = (core.turn + step) % len(core.stages)
        number = core.stages[turn]
        if queue := waiting[number]:
            core.turn = turn + 1
            core.is_busy = True
            return number, [queue.popleft() for _ in range(min(len(queue), stages[number].limit))]
    return None


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed; zero without any."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0
