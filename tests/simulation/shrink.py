"""Makes a scenario that fails as small as it can be while it still fails: the fewest faults, people and processes.

It tries one simpler scenario after the other, and goes on from the first that fails, too, until none does. Each fault
has dice of its own, so those that stay do as they did; but the world around them may take another course, and so what
fails in the end may be another thing than at first. It is as wrong.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from msgspec import structs

from quickpoll.protocol import QuestionKind
from quickpoll.store.url import RedisKind
from tests.simulation.scenario import Scenario

Fails = Callable[[Scenario], bool]
_PLAIN: Final[tuple[QuestionKind, ...]] = ("single",)


def shrink(scenario: Scenario, fails: Fails) -> Scenario:
    """The smallest scenario that was found to fail; `scenario` itself must."""
    while smaller := next((simpler for simpler in _simpler(scenario) if fails(simpler)), None):
        scenario = smaller
    return scenario


def _simpler(scenario: Scenario) -> Iterator[Scenario]:
    """Scenarios with a little less, the boldest first."""
    faults = scenario.faults
    if len(faults) > 2:
        yield replace(scenario, faults=faults[: len(faults) // 2])
        yield replace(scenario, faults=faults[len(faults) // 2 :])
    for index in range(len(faults)):
        yield replace(scenario, faults=faults[:index] + faults[index + 1 :])
    for count in sorted({1, scenario.players // 2, scenario.players - 1}):
        if 1 <= count < scenario.players:
            yield replace(scenario, players=count)
    last = len(scenario.kinds) - 1
    if last and all(fault.question < last for fault in faults):
        yield replace(scenario, kinds=scenario.kinds[:last])
    if scenario.gateways > 1:
        yield replace(scenario, gateways=1)
    if scenario.coordinators > 1:
        yield replace(scenario, coordinators=1)
    if scenario.redis is not RedisKind.ONE and not scenario.needs_several:
        yield replace(scenario, redis=RedisKind.ONE, shards=1)
    if scenario.shards > 2:
        yield replace(scenario, shards=2)
    if scenario.partitions > 1:
        yield replace(scenario, partitions=1)
    if scenario.kinds != (plainest := _PLAIN * len(scenario.kinds)):
        yield replace(scenario, kinds=plainest)
    plain = structs.replace(scenario.settings, auto_advance_ms=None, streak_bonus=False)
    if plain != scenario.settings:
        yield replace(scenario, settings=plain)
    for index, fault in enumerate(faults):
        if fault.after_s:
            yield replace(scenario, faults=(*faults[:index], replace(fault, after_s=0.0), *faults[index + 1 :]))
