"""Coordinators die, stop, flap, are replaced, have bugs, and do not know what time it is."""

import asyncio
import signal
import time
from contextlib import suppress
from typing import Any, Final

from quickpoll.envelope import ConnectionId, Disconnected, encode
from quickpoll.keys import ENTRY_FIELD, PartitionKeys, partition_of
from tests.chaos.cluster import PARTITIONS, Node
from tests.chaos.faults.world import PAST_THE_LEASE_S, Fault, World
from tests.chaos.launcher import BLOCK_S, Deed
from tests.chaos.poison import stranger_to

DIES_WITHIN_S: Final = 10.0
TAKEOVER_WITHIN_S: Final = 3.0
"""A lease lasts 2 s, and others look every 0.5 s."""


async def coordinator_killed(world: World) -> None:
    """The session's owner: kill -9."""
    owner = await world.cluster.owner(world.code)
    await owner.kill()
    killed_at = time.monotonic()
    await world.cluster.owner(world.code)
    took_s = time.monotonic() - killed_at
    if world.alone and took_s > TAKEOVER_WITHIN_S:
        world.crowd.wrong.append(f"another coordinator took over after {took_s:.1f} s")
    await owner.start()


async def coordinators_killed(world: World) -> None:
    """All coordinators: kill -9, and for a while there is none."""
    for node in world.cluster.coordinators:
        await node.kill()
    await asyncio.sleep(world.rng.uniform(0, 2))
    for node in world.cluster.coordinators:
        await node.start()


async def coordinator_stopped(world: World) -> None:
    """The session's owner is paused for longer than its lease, and wakes up beside its successor."""
    owner = await world.cluster.owner(world.code)
    owner.send_signal(signal.SIGSTOP)
    await asyncio.sleep(PAST_THE_LEASE_S)
    owner.send_signal(signal.SIGCONT)


async def coordinator_flaps(world: World) -> None:
    """Whoever owns the session is paused beyond its lease, and then the next one, so that the lease comes and goes."""
    for _ in range(2):
        await coordinator_stopped(world)


async def coordinators_rolled(world: World) -> None:
    """All coordinators are replaced, one after the other."""
    for coordinator in world.cluster.coordinators:
        await world.replaced(coordinator)


async def coordinator_has_bug(world: World) -> None:
    """Something in the session's owner ends by an error that nobody foresaw: the whole process has to."""
    owner = await world.cluster.owner(world.code)
    owner.arm(Deed.RAISE, "before read")
    await world.ends_by_itself(owner)


async def coordinator_blocked(world: World) -> None:
    """The event loop of the session's owner is held up for 2 s."""
    owner = await world.cluster.owner(world.code)
    owner.arm(Deed.BLOCK, "after read")
    await _poke(world)
    await asyncio.sleep(BLOCK_S)


def killed(point: str) -> Fault:
    """The session's owner dies exactly there, the next time that it gets there."""

    async def fault(world: World) -> None:
        owner = await world.cluster.owner(world.code)
        owner.arm(Deed.KILL, point)
        with suppress(TimeoutError):  # nothing came any more that could have brought it there
            async with asyncio.timeout(DIES_WITHIN_S):
                await _poked(world, owner)
        owner.disarm()
        await owner.start()

    fault.__doc__ = f"The session's owner dies exactly {point}."
    return fault


async def killed_after_acquire(world: World) -> None:
    """The session's owner is killed, and its successor dies as soon as it has taken the lease."""
    owner = await world.cluster.owner(world.code)
    others = [node for node in world.cluster.coordinators if node is not owner]
    for other in others:
        other.arm(Deed.KILL, "after acquire")
    await owner.kill()
    dying = [asyncio.create_task(other.process.wait()) for other in others]
    await asyncio.wait(dying, timeout=DIES_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
    for task in dying:
        task.cancel()
    for node in (*others, owner):
        node.disarm()
        await node.start()


async def _poked(world: World, owner: Node) -> None:
    """Returns when it has died; harmless entries bring it to each point of its loop."""
    dying = asyncio.create_task(owner.process.wait())
    try:
        while not dying.done():
            await asyncio.wait((dying,), timeout=1.0)
            if not dying.done():
                await _poke(world)
    finally:
        dying.cancel()


async def _poke(world: World) -> None:
    stream = PartitionKeys(partition_of(world.code, PARTITIONS)).stream
    entry: dict[Any, Any] = {ENTRY_FIELD: encode(Disconnected(ConnectionId("nowhere", 1), stranger_to(world.code)))}
    await world.cluster.valkey.ask(lambda admin: admin.xadd(stream, entry))


async def clocks_jump(world: World) -> None:
    """The wall clocks of all processes are an hour wrong, some ahead and some behind."""
    for node in world.cluster.nodes:
        node.set_clock_wrong(world.rng.choice((-3600.0, 3600.0)))
    await asyncio.sleep(1.0)
    for node in world.cluster.nodes:
        node.disarm()


FAULTS: Final[dict[str, Fault]] = {
    "coordinator_killed": coordinator_killed,
    "coordinators_killed": coordinators_killed,
    "coordinator_stopped": coordinator_stopped,
    "coordinator_flaps": coordinator_flaps,
    "coordinators_rolled": coordinators_rolled,
    "coordinator_has_bug": coordinator_has_bug,
    "coordinator_blocked": coordinator_blocked,
    "killed_before_read": killed("before read"),
    "killed_after_read": killed("after read"),
    "killed_after_engine": killed("after engine"),
    "killed_before_commit": killed("before commit"),
    "killed_after_commit": killed("after commit"),
    "killed_before_tick": killed("before tick"),
    "killed_after_tick": killed("after tick"),
    "killed_after_acquire": killed_after_acquire,
    "clocks_jump": clocks_jump,
}
