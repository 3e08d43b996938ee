"""Plays a scenario in a world of its own, and says what did not hold."""

import asyncio
import logging
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from tests.chaos.crowd import Crowd
from tests.chaos.invariants import violations
from tests.simulation.aftermath import all_find_their_masters, all_live_again, nothing_is_left
from tests.simulation.coverage import Coverage
from tests.simulation.faults import DEEDS
from tests.simulation.kernel import simulated
from tests.simulation.loop import SimulatedLoop, Stuck
from tests.simulation.scenario import Fault, Scenario
from tests.simulation.scene import Scene
from tests.simulation.story import tell
from tests.simulation.world import World

OVER_WITHIN_S: Final = 60.0
"""Of virtual time, whatever breaks."""
ENDED_WITHIN_S: Final = 120.0
"""With all processes."""


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    scenario: Scenario
    wrong: tuple[str, ...]
    """What did not hold; empty: all did."""
    trace: str
    """Two runs with the same one were the same to the byte."""
    lasted_s: float
    """Of virtual time."""
    story: tuple[str, ...] = field(repr=False, default=())
    """What happened, in order."""


def play(scenario: Scenario, coverage: Coverage | None = None) -> Outcome:
    """Plays it from its start to the end of all processes; `coverage` notes what the faults hit."""
    loop = SimulatedLoop(scenario.seed)
    world: World | None = None
    logging.disable(logging.ERROR)
    try:
        with simulated(loop, scenario.seed):
            world = loop.supervisor.context.run(World, loop, scenario, coverage or Coverage())
            run = loop.supervisor.run(_run(world))
            try:
                loop.run_until_complete(run)
            except Stuck as stuck:
                world.tell_wrong(str(stuck))
            except Exception as error:  # of the world itself: it has a seed like all others
                world.tell_wrong(repr(error))
            _clear_away(loop)
        return Outcome(scenario, (*world.wrong, *loop.errors), world.trace, loop.time(), tell(world))
    finally:
        logging.disable(logging.NOTSET)
        loop.close()


async def _run(world: World) -> None:
    try:
        async with asyncio.timeout(ENDED_WITHIN_S):
            await world.restore()
            await world.phones.run(_play(world))
            await nothing_is_left(world)
            for machine in world.workers:
                await machine.end()
    except TimeoutError:
        world.tell_wrong("the world does not come to its end")


async def _play(world: World) -> None:
    scenario = world.scenario
    crowd = world.crowd = Crowd(
        str(scenario.seed),
        world.urls,
        scenario.quiz,
        scenario.settings,
        scenario.players,
        may_be_lost=scenario.may_be_lost,
        may_go_back=scenario.may_go_back,
        leads_freely=scenario.leads_freely,
    )
    world.watch.crowd = crowd
    breaking = asyncio.create_task(_break(world))
    await crowd.play(OVER_WITHIN_S)
    await breaking
    for wrong in violations(crowd):
        world.tell_wrong(wrong)


async def _break(world: World) -> None:
    """Lets all faults happen, each at its moment."""
    try:
        async with asyncio.TaskGroup() as tasks:
            for fault in world.scenario.faults:
                tasks.create_task(_do(world, fault))
        await world.restore()
        await asyncio.gather(all_live_again(world), all_find_their_masters(world))
    finally:
        world.crowd.faults_over.set()


async def _do(world: World, fault: Fault) -> None:
    await world.crowd.moment(fault.moment, fault.question)
    await asyncio.sleep(fault.after_s)
    world.note(f"fault: {fault}")
    for machine in world.workers:
        world.coverage.struck(fault.name, machine.host)
    await DEEDS[fault.name](Scene(world, fault.name, random.Random(fault.seed)))
    world.note(f"the fault is over: {fault.name}")


def _clear_away(loop: SimulatedLoop) -> None:
    """Whatever still runs in it is cancelled, so that nothing of it is left in this process."""
    for _ in range(3):
        rest = list(loop.tasks())
        if not rest:
            return
        for task in rest:
            task.host.is_paused = False
            task.cancel()
        loop.run_until_complete(loop.supervisor.run(_wait_for(rest)))


async def _wait_for(tasks: Iterable[asyncio.Task[None]]) -> None:
    await asyncio.wait(tasks, timeout=10)
