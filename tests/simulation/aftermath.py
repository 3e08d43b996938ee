"""What must be so when the faults are over, and when everybody has gone."""

import asyncio
from collections.abc import Iterator, Sized
from typing import Final

from coordinator.app import Coordinator
from gateway.app import Gateway
from gateway.timing import DEFAULT
from quickpoll.keys import PartitionKeys
from tests.simulation.world import World

LIVES_AGAIN_S: Final = 15.0
"""So long after the last fault everybody plays again, whatever it was."""
QUIET_AFTER_S: Final = DEFAULT.linger_s + 1
"""When the last has gone, gateways keep what is a session's for a while."""


async def all_live_again(world: World) -> None:
    """Returns when everybody is connected, or the session is over for them."""
    crowd = world.crowd
    if crowd.wrong:
        return  # the game has not come to its end, which is told already
    try:
        async with asyncio.timeout(LIVES_AGAIN_S):
            for person in crowd.people:
                await person.until(lambda person=person: person.is_connected)  # type: ignore[misc]
    except TimeoutError:
        away = [person.name for person in crowd.people if not (person.is_connected or person.over)]
        world.tell_wrong(f"{LIVES_AGAIN_S} s after the last fault {away} are not connected")


async def nothing_is_left(world: World) -> None:
    """Everybody has gone: no gateway, no coordinator and no stream keeps anything of them."""
    await asyncio.sleep(QUIET_AFTER_S)
    for machine in world.workers:
        for what in _kept_by(machine.worker):
            world.tell_wrong(f"everybody has gone, and {machine.name} keeps {what}")
    for number in range(world.scenario.partitions):
        if entries := len(world.valkey.get(PartitionKeys(number).stream) or ()):
            world.tell_wrong(f"everybody has gone, and {entries} entries of partition {number} are not applied")


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
