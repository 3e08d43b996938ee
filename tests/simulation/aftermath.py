"""What must be so when the faults are over, and when everybody has gone."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any, Final

from coordinator.app import Coordinator
from gateway.app import Gateway
from quickpoll.keys import PartitionKeys
from tests.simulation.machines import TIMING, WorkerMachine
from tests.simulation.world import World

LIVES_AGAIN_S: Final = 15.0
"""So long after the last fault everybody plays again, whatever it was."""
QUIET_AFTER_S: Final = TIMING.reply_s + 1
"""When the last has gone, gateways keep what is a session's for a while, and what has no reply yet for longer."""
FINDS_WITHIN_S: Final = 8.0
"""So long after it each process has found the master of each partition, whatever moved and whoever was replaced."""
LOOKS_EVERY_S: Final = 0.1


async def all_live_again(world: World) -> None:
    """Returns when everybody is connected, or the session is over for them."""
    crowd = world.crowd
    if crowd.wrong:
        return  # the game has not come to its end, which is told already
    try:
        async with asyncio.timeout(LIVES_AGAIN_S):
            for person in crowd.people:
                await person.until(lambda person=person: person.is_connected)  # type: ignore[misc]
            for machine in world.workers:
                await machine.host.run(_is_ready(machine))
    except TimeoutError:
        away = [person.name for person in crowd.people if not (person.is_connected or person.over)]
        world.tell_wrong(f"{LIVES_AGAIN_S} s after the last fault {away} are not connected, or a process is not ready")


async def all_find_their_masters(world: World) -> None:
    """Returns when each process goes to the right servers, and hears them."""
    for what in await _remains(world, _astray, FINDS_WITHIN_S):
        world.tell_wrong(f"{FINDS_WITHIN_S} s after the last fault {what}")


def _astray(world: World) -> Iterator[str]:
    for machine in world.workers:
        worker: Any = machine.worker
        is_gateway = isinstance(worker, Gateway)
        for number in range(world.scenario.partitions) if is_gateway else list(worker.owned):
            master = world.redis.shard_of(PartitionKeys(number).prefix).master
            if (node := worker._nodes.of(number)).host != master.name:
                yield f"{machine.name} takes {node} for the master of partition {number}, which is {master.name}"
        for channel, number in worker.subscriber._replies.items() if is_gateway else ():
            master = world.redis.shard_of(channel).master
            if machine.name not in master.valkey.subscribers(channel):
                yield f"{machine.name} has not subscribed the replies of partition {number} on {master.name}"


async def _is_ready(machine: WorkerMachine) -> None:
    """Returns when a process says so itself, as it is asked by what watches it."""
    while not (await machine.worker.ready())[0]:  # noqa: ASYNC110  (nobody tells)
        await asyncio.sleep(LOOKS_EVERY_S)


async def nothing_is_left(world: World) -> None:
    """Everybody has gone: no gateway, no coordinator and no stream keeps anything of them for long."""
    for what in await _remains(world, _left, QUIET_AFTER_S):
        world.tell_wrong(f"everybody has gone, and {what}")


async def _remains(world: World, look: Callable[[World], Iterable[str]], within_s: float) -> list[str]:
    """What is still seen after so long; returns at once when nothing is seen any more."""
    over_at = world.loop.time() + within_s
    while (seen := list(look(world))) and world.loop.time() < over_at:  # noqa: ASYNC110  (nobody tells)
        await asyncio.sleep(LOOKS_EVERY_S)
    return seen


def _left(world: World) -> Iterator[str]:
    for machine in world.workers:
        for what in _kept_by(machine.worker):
            yield f"{machine.name} keeps {what}"
    for number in range(world.scenario.partitions):
        if entries := len(world.redis.get(PartitionKeys(number).stream) or ()):
            yield f"{entries} entries of partition {number} are not applied"


def _kept_by(worker: object) -> Iterator[str]:
    if isinstance(worker, Gateway):
        kept: dict[str, Sized] = {
            "connections": worker.server.connections,
            "sessions": worker.hub._rooms,
            "commands without a reply": worker.relay._pending,
            "commands that wait for a channel": worker.relay._waiting,
            "subscriptions": worker.subscriber._interests,
            "sessions to be read": worker.resync._wanted,
        }
        yield from (f"{len(things)} {name}" for name, things in kept.items() if things)
    if isinstance(worker, Coordinator):
        held = sum(partition.sessions_in_memory for partition in worker.partitions)
        if held:
            yield f"{held} sessions in memory"
