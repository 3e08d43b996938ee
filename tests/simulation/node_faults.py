"""What can break where Redis is several servers: slots that move, masters that die, and those that know who is one."""

import asyncio
from typing import Final

from quickpoll.keys import CLOCK_STEPS, COORDINATORS, GATEWAYS, HANDOVERS, LAYOUT, PartitionKeys
from tests.chaos.faults.valkey import nobody_goes_on, until_told_more
from tests.simulation.network import Connection
from tests.simulation.pair import Pair, Shard, deafen
from tests.simulation.scene import Scene, cut

SHARED: Final = (CLOCK_STEPS, COORDINATORS, GATEWAYS, HANDOVERS, LAYOUT)
"""Keys that are of no partition."""
OF_THE_SESSION: Final = 0.75
"""This share of the slots that move is that of the session."""


async def slot_moved(scene: Scene) -> None:
    """A slot moves to another master, rests when some of its keys are there, and perhaps comes back at once."""
    cluster = scene.world.redis.cluster
    assert cluster
    key = scene.keys.prefix if scene.rng.random() < OF_THE_SESSION else scene.rng.choice(SHARED)
    for _ in range(scene.rng.choice((1, 2, 4))):
        elsewhere = [number for number in range(len(cluster.pairs)) if number != cluster.shard_of(key)]
        half_way_s = scene.rng.choice((0.0, scene.rng.uniform(0, 0.1), scene.rng.uniform(0.1, 1)))
        await cluster.move(key, scene.rng.choice(elsewhere), half_way_s)
        await asyncio.sleep(scene.rng.choice((0.0, 0.0, scene.rng.uniform(0, 1))))


async def shard_drained(scene: Scene) -> None:
    """All that a shard serves moves to others, and its servers are taken away; they come back with nothing."""
    redis = scene.world.redis
    assert redis.cluster
    shard = redis.shards.index(scene.shard())
    keys = [PartitionKeys(number).prefix for number in range(scene.world.scenario.partitions)]
    await redis.cluster.drain(shard, [*keys, *SHARED])
    await asyncio.sleep(scene.rng.uniform(0, 2))
    if redis.cluster.serves_nothing(shard):
        await _take_away(redis.shards[shard], scene.rng.uniform(0, 2))


async def master_lost(scene: Scene) -> None:
    """A master dies, and its replica takes its place, with all that was confirmed."""
    pair = _pair(scene)
    old = pair.master
    await scene.hit(old, old.kill)
    await asyncio.sleep(scene.rng.uniform(0.2, 2))
    if pair.replace_dead() and pair.is_behind:
        scene.world.watch.has_failed_over = True
    await asyncio.sleep(scene.rng.uniform(0, 1))
    await old.start()


async def parts_exchanged(scene: Scene) -> None:
    """A master and its replica are told to change their parts; nothing is lost."""
    pair = _pair(scene)
    await scene.hit(pair.master, lambda: _exchange(scene, pair))


async def change_unheard(scene: Scene) -> None:
    """A master and its replica change their parts, and one of those who are asked who is one never hears of it."""
    redis, pair = scene.world.redis, _pair(scene)
    if redis.cluster:
        redis.cluster.deafen(scene.rng.choice([each.follower for each in redis.cluster.pairs]))
    else:
        deafen(scene.rng.choice(redis.sentinels), redis.sentinels)
    await scene.hit(pair.master, lambda: _exchange(scene, pair))


async def cluster_down(scene: Scene) -> None:
    """Another shard is gone for a while, so that the whole cluster refuses everything."""
    home = scene.world.redis.shard_of(scene.keys.prefix)
    other = scene.rng.choice([shard for shard in scene.world.redis.shards if shard is not home])
    await _take_away(other, scene.rng.uniform(1.2, 3))


async def sentinels_away(scene: Scene) -> None:
    """Some Sentinels are gone for a while, or all of them."""
    sentinels = scene.world.redis.sentinels
    gone = scene.rng.sample(sentinels, scene.rng.randint(1, len(sentinels)))
    for machine in gone:
        await scene.hit(machine, machine.kill)
    await asyncio.sleep(scene.rng.uniform(0, 3))
    for machine in gone:
        await machine.start()


async def tail_lost(scene: Scene) -> None:
    """A replica takes over that has been behind for a while: the latest is lost for all alike."""
    pair = scene.world.redis.shard_of(scene.keys.prefix)
    assert isinstance(pair, Pair)
    replica = pair.valkey.replica
    assert replica
    replica.catch_up()
    replica.disconnect()
    await until_told_more(scene.crowd)
    async with nobody_goes_on(scene.crowd):
        scene.world.watch.has_gone_back = True
        old = pair.master
        links = _links_that_end(scene, pair)
        replica.is_connected = True  # as far as those know who make it the master
        pair.fail_over()
        cut(links)
        old.kill()
        await old.start()


async def _take_away(shard: Shard, seconds: float) -> None:
    """All servers of a shard are gone for so long."""
    machines = shard.machines
    for machine in machines:
        machine.kill()
    await asyncio.sleep(seconds)
    for machine in machines:
        await machine.start()


def _pair(scene: Scene) -> Pair:
    pair = scene.shard()
    assert isinstance(pair, Pair)
    return pair


def _exchange(scene: Scene, pair: Pair) -> None:
    links = _links_that_end(scene, pair)
    pair.exchange()
    cut(links)


def _links_that_end(scene: Scene, pair: Pair) -> list[Connection]:
    """Sentinels end the connections to a server that they make a replica; in a cluster they stay."""
    return scene.world.network.of(pair.master.name) if scene.world.redis.sentinels else []


_FAULTS: Final = (
    slot_moved,
    shard_drained,
    master_lost,
    parts_exchanged,
    change_unheard,
    cluster_down,
    sentinels_away,
    tail_lost,
)
DEEDS: Final = {deed.__name__: deed for deed in _FAULTS}
"""By their names in `scenario`."""
