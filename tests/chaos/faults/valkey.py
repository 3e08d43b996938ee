"""Valkey and the way to it: killed, full, slow, cut, loading, and whatever else it answers."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.protocol import Phase
from tests.chaos.cluster import PARTITIONS, Node
from tests.chaos.crowd import Crowd, Player
from tests.chaos.faults.world import ENDS_WITHIN_S, PAST_THE_LEASE_S, Fault, World
from tests.chaos.poison import poison
from tests.chaos.proxy import Way
from tests.redis_client import RedisError

ALL_BACK_WITHIN_S: Final = 5.0
PAST_A_WRITE_S: Final = 1.5
"""What could not be written is tried again every second."""


async def valkey_killed(world: World) -> None:
    """Valkey: kill -9, and started again on its append-only file."""
    await world.cluster.valkey.kill()
    await asyncio.sleep(world.rng.uniform(0, 1))
    await world.cluster.valkey.start()


async def valkey_loading(world: World) -> None:
    """Valkey: kill -9, and started again on an append-only file that it takes some seconds to load (LOADING)."""
    await world.cluster.valkey.load_slowly(world.rng.uniform(1, 3))


async def disk_full(world: World) -> None:
    """Valkey's disk is full: with `appendfsync always` it ends, and is started when there is room."""
    valkey = world.cluster.valkey
    valkey.fill_disk()
    await valkey.ended(ENDS_WITHIN_S)
    await asyncio.sleep(world.rng.uniform(0, 1))
    await valkey.start()


async def disk_full_everysec(world: World) -> None:
    """Valkey's disk is full: with `appendfsync everysec` it refuses writes (MISCONF) until there is room."""
    valkey = world.cluster.valkey
    await valkey.ask(lambda admin: admin.config_set("appendfsync", "everysec"))
    valkey.fill_disk()
    await asyncio.sleep(world.rng.uniform(1, 2))
    valkey.free_disk()
    await asyncio.sleep(PAST_A_WRITE_S)
    await valkey.ask(lambda admin: admin.config_set("appendfsync", "always"))


async def valkey_emptied(world: World) -> None:
    """Valkey loses everything that it has: the session is gone, and everybody is to be told."""
    await world.cluster.valkey.empty()


async def valkey_restored(world: World) -> None:
    """Valkey dies, and comes back on a copy of its disk from some moments before: the latest is lost for all alike."""
    valkey = world.cluster.valkey
    valkey.keep_copy()
    await until_told_more(world.crowd)
    async with nobody_goes_on(world.crowd):
        await valkey.go_back_to_copy()


@asynccontextmanager
async def nobody_goes_on(crowd: Crowd) -> AsyncIterator[None]:
    """The host waits with the next question until all have come again after what happens inside."""
    crowd.may_go_on.clear()
    yield
    with suppress(TimeoutError):  # who has heard nothing of it need not come again
        async with asyncio.timeout(ALL_BACK_WITHIN_S):
            await crowd.all_enter_again()
    crowd.may_go_on.set()


async def until_told_more(crowd: Crowd) -> None:
    """The host hears something new, or a player that an answer counts; or there is nothing to come any more."""
    seq = crowd.host.seq
    waiting = [
        asyncio.create_task(crowd.host.until(lambda: crowd.host.seq > seq or crowd.host.phase is Phase.ENDED)),
        *(asyncio.create_task(_until_accepted(player, player.accepted)) for player in crowd.players),
    ]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def _until_accepted(player: Player, before: int) -> None:
    await player.until(lambda: player.accepted > before)


async def valkey_stopped(world: World) -> None:
    """Valkey answers nothing for a while."""
    world.cluster.valkey.send_signal(signal.SIGSTOP)
    await asyncio.sleep(world.rng.uniform(1, 3))
    world.cluster.valkey.send_signal(signal.SIGCONT)


async def valkey_cut(world: World) -> None:
    """All connections to Valkey are cut, several times."""
    for _ in range(3):
        for node in world.cluster.nodes:
            node.redis.cut()
        await asyncio.sleep(world.rng.uniform(0.05, 0.5))


async def valkey_slow(world: World) -> None:
    """The way to Valkey and back takes up to 0.3 s."""
    for node in world.cluster.nodes:
        node.redis.delay_s = lambda: world.rng.uniform(0.02, 0.15)
    await asyncio.sleep(1.5)
    for node in world.cluster.nodes:
        node.redis.restore()


async def valkey_half_open(world: World) -> None:
    """One process's connections to Valkey are half open, also new ones, and what was held back arrives late."""
    node = world.rng.choice(world.cluster.nodes)
    node.redis.freeze(new_ones=True)
    await asyncio.sleep(PAST_THE_LEASE_S)
    node.redis.restore()


async def replies_of_valkey_lost(world: World) -> None:
    """What the owner commits arrives, but not the answers: it cannot know."""
    await _lose_answers(world, await world.cluster.owner(world.code))


async def appends_unanswered(world: World) -> None:
    """What a gateway appends arrives, but not the answers: it cannot know."""
    await _lose_answers(world, world.gateway())


async def _lose_answers(world: World, node: Node) -> None:
    node.redis.freeze(Way.TO_CLIENT)
    await asyncio.sleep(world.rng.uniform(0.2, 1.5))
    node.redis.cut()
    node.redis.restore()


async def resumes_arrive_late(world: World) -> None:
    """All players are cut twice while what one gateway appends is held back: its resumes come when they are old."""
    gateway = world.gateway()
    gateway.redis.freeze(Way.TO_SERVER)
    for _ in range(2):
        for link in world.client_links(1.0):
            link.cut()
        await asyncio.sleep(world.rng.uniform(0.3, 0.6))
    gateway.redis.restore()


async def pubsub_killed(world: World) -> None:
    """Valkey closes all pub/sub connections, again and again."""
    for _ in range(6):
        await world.cluster.valkey.ask(lambda admin: admin.client_kill_filter(_type="pubsub"))
        await asyncio.sleep(world.rng.uniform(0.02, 0.3))


async def valkey_full(world: World) -> None:
    """Valkey has no memory left for writes (OOM)."""
    valkey = world.cluster.valkey
    await valkey.ask(lambda admin: admin.config_set("maxmemory", 1))
    await asyncio.sleep(world.rng.uniform(0.5, 1.5))
    await valkey.ask(lambda admin: admin.config_set("maxmemory", 0))


async def valkey_read_only(world: World) -> None:
    """Valkey is made a replica for a while (READONLY), as after a failover that the clients do not know of."""
    valkey = world.cluster.valkey
    await valkey.ask(lambda admin: admin.replicaof("127.0.0.1", 1))
    await asyncio.sleep(world.rng.uniform(0.3, 1))
    await valkey.ask(lambda admin: admin.replicaof("NO", "ONE"))


async def valkey_busy(world: World) -> None:
    """A script that does not end holds Valkey up (BUSY), until it is killed."""
    admin = world.cluster.valkey.admin
    endless = asyncio.ensure_future(admin.eval("while true do end", 0))
    await asyncio.sleep(world.rng.uniform(0.3, 1))
    while not endless.done():
        with suppress(RedisError, OSError):
            await admin.script_kill()
        await asyncio.wait((endless,), timeout=0.05)
    await asyncio.gather(endless, return_exceptions=True)


async def scripts_flushed(world: World) -> None:
    """Valkey forgets all scripts (NOSCRIPT), again and again."""
    for _ in range(5):
        await world.cluster.valkey.ask(lambda admin: admin.script_flush())
        await asyncio.sleep(world.rng.uniform(0.02, 0.2))


async def stream_poisoned(world: World) -> None:
    """Entries that cannot be read, or are of another program, in the session's stream."""
    stream = PartitionKeys(partition_of(world.code, PARTITIONS)).stream
    for entry in poison(world.code, world.rng):
        await world.cluster.valkey.ask(lambda admin, entry=entry: admin.xadd(stream, entry))  # type: ignore[misc]
        await asyncio.sleep(world.rng.uniform(0, 0.1))


FAULTS: Final[dict[str, Fault]] = {
    "valkey_killed": valkey_killed,
    "valkey_loading": valkey_loading,
    "valkey_stopped": valkey_stopped,
    "valkey_cut": valkey_cut,
    "valkey_slow": valkey_slow,
    "valkey_half_open": valkey_half_open,
    "replies_of_valkey_lost": replies_of_valkey_lost,
    "appends_unanswered": appends_unanswered,
    "resumes_arrive_late": resumes_arrive_late,
    "pubsub_killed": pubsub_killed,
    "valkey_full": valkey_full,
    "disk_full": disk_full,
    "valkey_read_only": valkey_read_only,
    "valkey_busy": valkey_busy,
    "scripts_flushed": scripts_flushed,
    "stream_poisoned": stream_poisoned,
}
