"""Gateways die, stop, are replaced, and have bugs."""

import asyncio
import signal
from typing import Final

from tests.chaos.cluster import Node
from tests.chaos.faults.world import PAST_THE_HEARTBEAT_S, Fault, World
from tests.chaos.launcher import BLOCK_S, Deed


async def gateway_killed(world: World) -> None:
    """A gateway with all its players: kill -9."""
    gateway = world.gateway()
    await gateway.kill()
    await asyncio.sleep(world.rng.uniform(0, 1))
    await gateway.start()


async def gateway_terminated(world: World) -> None:
    """A gateway is told to end: it sends its players away and ends with 0."""
    await world.replaced(world.gateway())


async def gateways_rolled(world: World) -> None:
    """All gateways are replaced, one after the other."""
    for gateway in world.cluster.gateways:
        await world.replaced(gateway)


async def gateway_stopped(world: World) -> None:
    """A gateway is paused until it counts as dead, and wakes up."""
    gateway = world.gateway()
    gateway.send_signal(signal.SIGSTOP)
    await asyncio.sleep(PAST_THE_HEARTBEAT_S)
    gateway.send_signal(signal.SIGCONT)


async def gateway_has_bug(world: World) -> None:
    """Something in a gateway ends by an error that nobody foresaw: the whole process has to."""
    gateway = _armed(world, Deed.RAISE)
    await world.ends_by_itself(gateway)


async def gateway_blocked(world: World) -> None:
    """The event loop of a gateway is held up for 2 s."""
    gateway = _armed(world, Deed.BLOCK)
    await asyncio.sleep(2 * BLOCK_S)
    gateway.disarm()


def _armed(world: World, deed: Deed) -> Node:
    """A gateway to which this happens as soon as it appends something; a connection that breaks makes it do so."""
    gateway = world.gateway()
    gateway.arm(deed, "before append")
    assert gateway.clients
    for link in gateway.clients.links[:1]:
        link.cut()
    return gateway


FAULTS: Final[dict[str, Fault]] = {
    "gateway_killed": gateway_killed,
    "gateway_terminated": gateway_terminated,
    "gateways_rolled": gateways_rolled,
    "gateway_stopped": gateway_stopped,
    "gateway_has_bug": gateway_has_bug,
    "gateway_blocked": gateway_blocked,
}
