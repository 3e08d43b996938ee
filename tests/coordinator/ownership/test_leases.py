"""Leases of one coordinator at a time; how several share is in `test_app.py`."""

import asyncio
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest

from coordinator.ownership.leases import Leases
from coordinator.ownership.membership import Membership
from coordinator.timing import DEFAULT
from quickpoll.keys import COORDINATORS, HANDOVERS, PartitionKeys
from quickpoll.store.link import LinkLost
from quickpoll.store.nodes import Links, OneNode
from tests.coordinator.standin import eventually
from tests.redis_client import Client, node_of
from tests.redis_time import time_ms

PARTITIONS = 8


class Owner:
    """A coordinator that only has leases."""

    def __init__(self, links: Links, name: str) -> None:
        self.between_batches = [asyncio.Lock() for _ in range(PARTITIONS)]
        self.fences: dict[int, int] = {}
        self.gained, self.lost = self.fences.__setitem__, self.fences.__delitem__
        self.ahead_s = 0.0
        """By how much its clock is ahead."""
        membership = Membership(links, name, PARTITIONS)
        self.leases = Leases(links, membership, name, self, clock=lambda: monotonic() + self.ahead_s)

    async def beat(self) -> bool:
        return await self.leases.beat()


@pytest.fixture
def owner(redis_url: str) -> Iterator[Callable[[str], Owner]]:
    """Makes an owner by its name."""
    links = Links(OneNode(node_of(redis_url)))
    yield lambda name: Owner(links, name)
    links.close()


Make = Callable[[str], Owner]


async def test_alone_it_owns_all_after_one_beat(owner: Make) -> None:
    one = owner("one")
    await one.beat()
    assert sorted(one.fences) == list(range(PARTITIONS))
    assert all(one.leases.holds(number) for number in range(PARTITIONS))
    assert one.leases.ownerless == 0


async def test_what_another_holds_is_not_taken(owner: Make) -> None:
    one, other = owner("one"), owner("other")
    await one.beat()
    await other.beat()
    assert other.fences == {}


async def test_a_newcomer_gets_its_share_between_two_batches(owner: Make) -> None:
    one, other = owner("one"), owner("other")
    await one.beat()
    await other.beat()
    async with one.between_batches[-1]:
        giving = asyncio.create_task(one.beat())
        await other.beat()
        assert len(one.fences) == PARTITIONS
    await giving
    assert len(one.fences) == PARTITIONS // 2
    await other.beat()
    assert len(other.fences) == PARTITIONS // 2
    assert one.fences.keys().isdisjoint(other.fences)


async def test_a_batch_that_takes_long_keeps_no_other_partition_from_being_given_back_or_renewed(owner: Make) -> None:
    one, other = owner("one"), owner("other")
    await one.beat()
    await other.beat()
    stuck = one.leases.order[-1]  # among those that are given back
    async with one.between_batches[stuck]:
        async with asyncio.timeout(DEFAULT.lease_valid_s):
            await one.beat()
        assert len(one.fences) == PARTITIONS // 2 + 1
        assert all(one.leases.holds(number) for number in one.fences)
    await one.beat()
    assert len(one.fences) == PARTITIONS // 2


async def test_each_taking_has_a_higher_token_also_after_redis_lost_everything(owner: Make, redis: Client) -> None:
    one = owner("one")
    await one.beat()
    first = dict(one.fences)
    for number in first:
        one.leases.forget(number)
    await one.beat()
    second = dict(one.fences)
    await redis.flushall()
    await one.beat()
    await one.beat()
    for number in range(PARTITIONS):
        assert first[number] < second[number] < one.fences[number]


async def test_the_token_that_commits_are_checked_against_is_the_one_in_redis(owner: Make, redis: Client) -> None:
    one = owner("one")
    await one.beat()
    keys = PartitionKeys(3)
    assert await redis.get(keys.fence) == b"%d" % one.fences[3]
    assert await redis.get(keys.lease) == b"one:%d" % one.fences[3]
    assert 0 < await redis.pttl(keys.lease) <= DEFAULT.lease_ms


async def test_a_lease_whose_reply_was_lost_is_taken_again_at_once(owner: Make) -> None:
    await owner("one").beat()
    again = owner("one")
    await again.beat()
    assert len(again.fences) == PARTITIONS


async def test_a_lease_under_a_name_that_begins_like_ours_is_another_s(owner: Make) -> None:
    await owner("one-and-more").beat()
    one = owner("one")
    await one.beat()
    await one.leases.take(list(range(PARTITIONS)), PARTITIONS)
    assert one.fences == {}


async def test_where_another_is_quicker_it_reaches_for_the_next(owner: Make) -> None:
    one, other = owner("one"), owner("other")
    await one.beat()
    await one.leases.release_all()
    await other.leases.take([0, 1, 2], 3)
    await one.leases.take(list(range(PARTITIONS)), 4)
    assert sorted(one.fences) == [3, 4, 5, 6]


async def test_a_token_is_above_all_that_were_heard_of_though_redis_lost_it_and_its_clock_is_behind(
    owner: Make, redis: Client
) -> None:
    one, keys = owner("one"), PartitionKeys(3)
    ahead = await time_ms(redis) + 60_000
    await redis.set(keys.fence, ahead)
    await one.beat()
    assert one.fences[3] == ahead + 1
    await redis.delete(keys.lease, keys.fence)
    await one.beat()
    await one.beat()
    assert one.fences[3] == ahead + 2


async def test_what_is_given_back_is_told_to_the_others(owner: Make, redis: Client) -> None:
    one, other = owner("one"), owner("other")
    await one.beat()
    await other.beat()
    assert await redis.xlen(HANDOVERS) == 0
    await one.beat()
    told: Any = await redis.xrange(HANDOVERS)
    assert [fields for _, fields in told] == [{b"by": b"one"}]


async def test_in_a_hurry_the_next_beat_does_not_wait(owner: Make) -> None:
    one = owner("one")
    running = asyncio.create_task(one.leases.run())
    await eventually(lambda: len(one.fences) == PARTITIONS)
    began = monotonic()
    other = owner("other")
    await other.beat()
    one.leases.hurry()
    await eventually(lambda: len(one.fences) < PARTITIONS)
    assert monotonic() - began < DEFAULT.renew_every_s / 2
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_given_back_all_are_free_at_once(owner: Make, redis: Client) -> None:
    one, other = owner("one"), owner("other")
    await one.beat()
    await one.leases.release_all()
    assert one.fences == {}
    await other.beat()
    assert len(other.fences) == PARTITIONS
    assert await redis.zrange(COORDINATORS, 0, -1) == [b"other"]


async def test_without_a_beat_it_may_not_act_any_more_before_the_lease_ends(owner: Make) -> None:
    one = owner("one")
    await one.beat()
    one.ahead_s = DEFAULT.lease_valid_s
    assert not one.leases.holds(0)
    before = dict(one.fences)
    await one.beat()  # nobody has taken them: it starts again with each
    assert all(one.fences[number] > before[number] for number in range(PARTITIONS))


async def test_while_redis_is_away_it_drops_what_it_may_not_act_for(
    owner: Make, redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = owner("one")
    await one.beat()

    async def fail() -> bool:
        raise LinkLost("away")

    monkeypatch.setattr(one.leases, "beat", fail)
    one.ahead_s = DEFAULT.lease_ms / 1000
    running = asyncio.create_task(one.leases.run())
    await eventually(lambda: not one.fences)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_error_of_ours_is_not_taken_for_redis_being_away(owner: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    one = owner("one")

    async def fail() -> bool:
        raise FileNotFoundError("a bug")

    monkeypatch.setattr(one.leases, "beat", fail)
    with pytest.raises(FileNotFoundError):
        await one.leases.run()


async def test_a_fenced_partition_is_given_up(owner: Make) -> None:
    one = owner("one")
    await one.beat()
    one.leases.forget(3)
    assert not one.leases.holds(3)
    assert 3 not in one.fences


async def test_a_partition_of_which_redis_lost_the_latest_is_taken_again_under_a_greater_token(owner: Make) -> None:
    one = owner("one")
    await one.beat()
    before = one.fences[3]
    one.leases.retake(3)
    assert not one.leases.holds(3)
    await one.beat()
    assert one.fences[3] > before


async def test_a_coordinator_that_does_not_beat_has_no_share(owner: Make, redis: Client) -> None:
    await redis.zadd(COORDINATORS, {"dead": await time_ms(redis) - DEFAULT.lease_ms - 1, "old": 1})
    one = owner("one")
    await one.beat()
    assert len(one.fences) == PARTITIONS
    assert await redis.zscore(COORDINATORS, "old") is None


async def test_a_lease_that_redis_has_come_back_without_is_renewed_under_the_same_token(
    owner: Make, redis: Client
) -> None:
    """A longer expiry is not written to the disk: after a restart the lease has run out."""
    one = owner("one")
    await one.beat()
    before = dict(one.fences)
    await redis.delete(*(PartitionKeys(number).lease for number in range(PARTITIONS)))
    assert not await one.beat()
    assert one.fences == before
    assert await redis.get(PartitionKeys(0).lease) == f"one:{before[0]}".encode()
    assert 0 < await redis.pttl(PartitionKeys(0).lease) <= DEFAULT.lease_ms


async def test_one_without_a_lease_that_another_had_meanwhile_is_lost(owner: Make, redis: Client) -> None:
    one = owner("one")
    await one.beat()
    await redis.incr(PartitionKeys(0).fence)
    await redis.delete(PartitionKeys(0).lease)
    assert await one.beat()
    assert 0 not in one.fences
