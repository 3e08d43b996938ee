from typing import Any

import pytest

from coordinator.batch.partition import Partition
from coordinator.ownership.presence import SOONEST_S, Presence
from coordinator.timing import DEFAULT
from quickpoll.envelope import Entry, GatewayLost, decode_entry
from quickpoll.keys import ENTRY_FIELD, GATEWAY_DEAD_AFTER_MS, GATEWAYS
from quickpoll.store.nodes import Links
from tests.coordinator.standin import TOKENS, Clock
from tests.redis_client import Client
from tests.redis_time import time_ms


@pytest.fixture
def partition(links: Links) -> Partition:
    """With connections of two gateways."""
    owned = Partition(links, TOKENS, 0, 64, 1)
    owned.load([None, None], [], [b"alive", b"dead"], [], 0)
    return owned


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watcher(links: Links, partition: Partition, clock: Clock) -> Presence:
    return Presence(links, [partition], judge_at_once=True, clock=clock)


async def told(redis: Client, partition: Partition) -> list[Entry]:
    entries: Any = await redis.xrange(partition.keys.stream)
    return [decode_entry(fields[ENTRY_FIELD]) for _, fields in entries]


async def beats(redis: Client, **ages_ms: int) -> None:
    now = await time_ms(redis)
    await redis.zadd(GATEWAYS, {name: now - age for name, age in ages_ms.items()})


async def watch(watcher: Presence, clock: Clock, redis: Client, seconds: int, *, by_ms: int = 0) -> None:
    """Looks each second, while one of two gateways beats; `by_ms`: Redis's clock is set after the first look."""
    await beats(redis, alive=0, dead=0)
    for clock.now in range(seconds + 1):
        await watcher.look()
        await beats(redis, alive=-by_ms - int(clock.now))  # so that two of the same millisecond differ


@pytest.mark.parametrize("by_ms", [0, 3 * 3_600_000, -30_000])
async def test_of_a_dead_gateway_each_partition_hears_once_whatever_the_clock_of_redis_does(
    redis: Client, partition: Partition, watcher: Presence, clock: Clock, by_ms: int
) -> None:
    await watch(watcher, clock, redis, 2, by_ms=by_ms)
    assert await told(redis, partition) == []
    await watch(watcher, clock, redis, 5, by_ms=by_ms)
    assert await told(redis, partition) == [GatewayLost("dead")]


async def test_of_one_that_has_never_been_seen_too(redis: Client, partition: Partition, watcher: Presence) -> None:
    await beats(redis, alive=0)
    await watcher.look()
    assert await told(redis, partition) == [GatewayLost("dead")]


async def test_one_that_comes_and_dies_again_is_told_again(
    redis: Client, partition: Partition, watcher: Presence, clock: Clock
) -> None:
    await beats(redis, alive=0)
    await watcher.look()
    del partition.gateways["dead"]  # it was applied
    await watcher.look()
    partition.gateways["dead"] = "1-0"  # a command of it came
    await watch(watcher, clock, redis, 4)
    assert await told(redis, partition) == [GatewayLost("dead")] * 2


async def test_a_dead_gateway_is_taken_out_so_that_it_learns_of_it(
    redis: Client, watcher: Presence, clock: Clock
) -> None:
    await watch(watcher, clock, redis, 3)
    assert await redis.zrange(GATEWAYS, 0, -1) == [b"alive"]


async def test_one_that_was_stuck_and_has_commands_is_alive_though_its_heartbeat_is_still_to_come(
    redis: Client, partition: Partition, watcher: Presence, clock: Clock
) -> None:
    await watch(watcher, clock, redis, 2)
    partition.gateways["dead"] = "1-0"
    clock.now = 3
    assert await watcher.look() > SOONEST_S
    assert await told(redis, partition) == []
    assert await redis.zscore(GATEWAYS, "dead")
    for clock.now in range(4, 7):
        await beats(redis, alive=-int(clock.now))
        await watcher.look()
    assert await told(redis, partition) == [GatewayLost("dead")]


async def test_one_that_another_coordinator_took_out_is_alive_where_it_has_just_been_heard(
    redis: Client, partition: Partition, watcher: Presence, clock: Clock
) -> None:
    await beats(redis, alive=0)
    partition.gateways["dead"] = "1-0"
    await watcher.look()
    assert await told(redis, partition) == []


async def test_one_that_beats_late_but_in_time_is_alive(redis: Client, partition: Partition, watcher: Presence) -> None:
    await beats(redis, alive=0, dead=GATEWAY_DEAD_AFTER_MS - 1000)
    await watcher.look()
    assert await told(redis, partition) == []


async def test_after_something_was_stuck_nobody_is_judged_until_all_could_beat(
    redis: Client, partition: Partition, watcher: Presence, clock: Clock
) -> None:
    await beats(redis, alive=GATEWAY_DEAD_AFTER_MS + 1)
    for later_s in (DEFAULT.stuck_s + 0.1, 2.0, 3.0, 4.0):
        clock.now = later_s
        await watcher.look()
        assert await told(redis, partition) == []
    clock.now = 5.0
    await watcher.look()
    assert set(await told(redis, partition)) == {GatewayLost("alive"), GatewayLost("dead")}


async def test_a_coordinator_that_has_just_started_gives_gateways_the_time_to_beat(
    redis: Client, links: Links, partition: Partition
) -> None:
    await Presence(links, [partition], judge_at_once=False).look()
    assert await told(redis, partition) == []


async def test_what_was_told_and_not_applied_for_long_is_told_again(
    redis: Client, partition: Partition, watcher: Presence, clock: Clock
) -> None:
    await beats(redis, alive=0)
    await watcher.look()
    await redis.delete(partition.keys.stream)  # the master that took it died
    for later_s in range(1, int(DEFAULT.tell_again_s) + 1):
        assert await told(redis, partition) == []
        await beats(redis, alive=-later_s)
        clock.now = later_s
        await watcher.look()
    assert await told(redis, partition) == [GatewayLost("dead")]
