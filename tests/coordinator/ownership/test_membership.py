import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from coordinator.ownership.membership import LayoutMismatch, Membership, share
from quickpoll.keys import COORDINATORS, LAYOUT
from quickpoll.store.nodes import Links
from tests.redis_client import Client

ALIVE_MS = 2000

Make = Callable[..., Membership]


@pytest.fixture
def member(links: Links) -> Make:
    """Makes a member by its name."""
    return lambda name, partitions=8: Membership(links, name, partitions)


@pytest.mark.parametrize(("partitions", "members"), [(64, 3), (64, 1), (64, 5), (64, 64), (3, 5), (1, 2)])
def test_shares_add_up_to_all_and_differ_by_one_at_most(partitions: int, members: int) -> None:
    names = [f"c{number}" for number in range(members)]
    shares = [share(name, names, partitions) for name in names]
    assert sum(shares) == partitions
    assert len(Counter(shares)) <= 2
    assert max(shares) - min(shares) <= 1


async def test_who_shows_signs_of_life_shares(member: Make, redis: Client) -> None:
    assert await member("one").attend() == 8
    assert await member("two").attend() == 4
    assert await member("one").attend() == 4
    await member("two").leave()
    assert await member("one").attend() == 8


async def test_who_was_silent_for_too_long_does_not_share_and_is_forgotten_later(member: Make, redis: Client) -> None:
    await member("one").attend()
    now: Any = await redis.zscore(COORDINATORS, "one")
    await redis.zadd(COORDINATORS, {"silent": now - ALIVE_MS - 1, "forgotten": 1})
    assert await member("one").attend() == 8
    assert await redis.zrange(COORDINATORS, 0, -1) == [b"silent", b"one"]


async def test_word_of_others_is_heard_from_ones_own_first_word_on(member: Make) -> None:
    one, other = member("one"), member("other")
    heard: asyncio.Queue[None] = asyncio.Queue()
    await other.tell()  # before our time
    await one.tell()
    await other.tell()  # before it listened, and yet heard
    listening = asyncio.create_task(one.listen(lambda: heard.put_nowait(None)))
    async with asyncio.timeout(2):
        await heard.get()
        await one.tell()
        await other.tell()
        await heard.get()
    assert heard.empty()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_the_layout_is_written_by_the_first_one(member: Make, redis: Client) -> None:
    await member("one").attend()
    assert await redis.hgetall(LAYOUT) == {b"partitions": b"8", b"format": b"1"}


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [("partitions", "16", "in 16 partitions, not 8"), ("format", "2", "format 2, this version knows 1")],
)
async def test_another_layout_is_refused(member: Make, redis: Client, field: str, value: str, why: str) -> None:
    await redis.hset(LAYOUT, field, value)
    with pytest.raises(LayoutMismatch, match=why):
        await member("one").attend()
    assert not await redis.exists(COORDINATORS)


async def test_after_the_clock_was_set_back_who_is_silent_does_not_share_for_long(member: Make, redis: Client) -> None:
    await member("one").attend()
    now: Any = await redis.zscore(COORDINATORS, "one")
    await redis.zadd(COORDINATORS, {"silent": now + 3 * 3_600_000})
    assert await member("one").attend() == 4
    silent: Any = await redis.zscore(COORDINATORS, "silent")
    assert silent - now < 1000  # it ages from now on
