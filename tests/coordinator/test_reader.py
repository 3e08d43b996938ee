"""The loop around partitions; what it leads to is in `test_app.py`."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from coordinator import reader
from coordinator.batch.partition import Partition
from coordinator.reader import Readers, Work
from quickpoll.envelope import Tick, encode
from quickpoll.keys import ENTRY_FIELD, PartitionKeys
from quickpoll.metrics import CoordinatorFigures
from quickpoll.settings import Durability
from quickpoll.store.clock import RedisClock
from quickpoll.store.link import LinkLost, RedisLink
from quickpoll.store.nodes import Links
from tests.coordinator.standin import TOKENS, eventually
from tests.redis_client import Client

TOKEN = 7
TICK: Any = {ENTRY_FIELD: encode(Tick())}


class Loop:
    """A reader of partitions that are taken and lost by hand."""

    def __init__(self, redis: Client, links: Links) -> None:
        self.redis = redis
        self.links = links
        self.owned: dict[int, Partition] = {}
        self.held = {1, 2, 3}
        self.ready: asyncio.Queue[tuple[int, bool]] = asyncio.Queue()
        self.fenced: asyncio.Queue[int] = asyncio.Queue()
        self.retaken: asyncio.Queue[int] = asyncio.Queue()
        self.batches = [asyncio.Lock() for _ in range(64)]
        self.figures = CoordinatorFigures()
        self.readers = Readers(
            Work(
                links,
                self.batches,
                self.owned,
                may_act=self.held.__contains__,
                fenced=self.lose,
                retake=self.retaken.put_nowait,
                ready=lambda partition, ticked: self.ready.put_nowait((partition.number, ticked)),
                durability=Durability.REPLY,
                figures=self.figures,
                now_ms=lambda _: RedisClock().now_ms(),
            )
        )

    async def own(self, number: int) -> Partition:
        """Takes a partition; returns when it was loaded."""
        await self.redis.set(PartitionKeys(number).fence, str(TOKEN))
        partition = self.owned[number] = Partition(self.links, TOKENS, number, 64, TOKEN)
        self.readers.wake()
        assert await self.next() == (number, True)
        return partition

    def lose(self, number: int) -> None:
        del self.owned[number]
        self.fenced.put_nowait(number)

    async def next(self) -> tuple[int, bool]:
        async with asyncio.timeout(5):
            return await self.ready.get()

    async def tick(self, number: int) -> None:
        await self.redis.xadd(PartitionKeys(number).stream, TICK)


@pytest.fixture
async def loop(redis: Client, links: Links) -> AsyncIterator[Loop]:
    loop = Loop(redis, links)
    running = asyncio.create_task(loop.readers.run())
    yield loop
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_is_appended_is_applied_and_committed(loop: Loop) -> None:
    await loop.own(3)
    await loop.tick(3)
    assert await loop.next() == (3, True)
    assert await loop.redis.xlen(PartitionKeys(3).stream) == 0


async def test_a_partition_that_is_taken_while_it_waits_is_read_at_once(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "BLOCK_MS", 60_000)
    await loop.own(1)
    await loop.tick(1)
    await loop.next()
    await loop.own(2)  # the read of the first one waits for a minute
    await loop.tick(2)
    assert await loop.next() == (2, True)


async def test_one_that_is_lost_is_read_no_more(loop: Loop) -> None:
    await loop.own(1)
    await loop.own(2)
    async with loop.batches[1]:
        await loop.tick(1)
        del loop.owned[1]
        loop.readers.wake()
    await loop.tick(2)
    assert await loop.next() == (2, True)
    assert await loop.redis.xlen(PartitionKeys(1).stream) == 1


async def test_without_a_valid_lease_nothing_is_read_or_applied(loop: Loop) -> None:
    partition = await loop.own(1)
    await loop.own(2)
    async with loop.batches[1]:
        await loop.tick(1)
        loop.held.discard(1)
    loop.readers.wake()
    await loop.tick(2)
    assert await loop.next() == (2, True)
    assert partition.offset == "0-0"
    loop.held.add(1)
    loop.readers.wake()
    assert await loop.next() == (1, True)


async def test_a_fenced_partition_is_reported_and_the_others_go_on(loop: Loop) -> None:
    await loop.own(1)
    await loop.own(2)
    await loop.redis.set(PartitionKeys(1).fence, str(TOKEN + 1))
    await loop.tick(1)
    async with asyncio.timeout(5):
        assert await loop.fenced.get() == 1
    await loop.tick(2)
    assert await loop.next() == (2, True)


async def test_one_of_which_redis_has_lost_the_latest_is_not_served_under_its_token(loop: Loop) -> None:
    partition = await loop.own(1)
    await loop.own(2)
    await loop.tick(1)
    await loop.next()
    await loop.redis.hset(PartitionKeys(1).meta, "offset", "1-0")
    partition.drop()
    loop.readers.wake()
    async with asyncio.timeout(5):
        assert await loop.retaken.get() == 1
    await loop.tick(2)
    assert await loop.next() == (2, True)


async def test_after_a_commit_of_unknown_outcome_it_asks_redis_what_was_applied(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    partition = await loop.own(1)
    script = loop.readers._committer._script
    run = script.run

    async def run_and_lose(link: RedisLink, calls: Any) -> Any:
        monkeypatch.setattr(script, "run", run)
        await run(link, calls)
        raise LinkLost("the reply is lost")

    monkeypatch.setattr(script, "run", run_and_lose)
    await loop.tick(1)
    assert await loop.next() == (1, True)  # loaded again
    assert partition.offset.encode() == await loop.redis.hget(PartitionKeys(1).meta, "offset")
    assert partition.offset != "0-0"


async def test_a_partition_with_a_fault_holds_up_no_other_and_is_tried_again(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "REST_S", 0.1)
    broken = await loop.own(1)
    await loop.own(2)

    async def fail(_: Any) -> Any:
        raise RuntimeError("a fault in the rules")

    with monkeypatch.context() as patched:
        patched.setattr(broken, "apply", fail)
        await loop.tick(1)
        await eventually(lambda: not broken.is_loaded)
        await loop.tick(2)
        assert await loop.next() == (2, True)
    assert await loop.next() == (1, True)
    await eventually(lambda: broken.offset != "0-0")


async def test_the_connection_cut_it_reads_on(loop: Loop) -> None:
    await loop.own(1)
    (reader,) = loop.readers._readers.values()
    assert reader._link
    await loop.redis.client_kill_filter(_id=str(reader._link.id))
    await loop.tick(1)
    assert await loop.next() == (1, True)


def test_partitions_are_committed_together_up_to_a_number_of_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "ENTRIES_PER_COMMIT", 3)
    one: Any = object()
    found: Any = [(one, [1]), (one, [1, 2]), (one, [1, 2, 3, 4]), (one, [1])]
    assert [len(group) for group in reader._groups(found)] == [2, 1, 1]


async def test_on_a_new_connection_it_starts_from_what_redis_holds(loop: Loop) -> None:
    await loop.own(1)
    await loop.redis.hset(PartitionKeys(1).meta, "offset", "1-1")  # as a replica that took over may have it
    await loop.redis.client_kill_filter(_type="normal", skipme=True)
    assert await loop.next() == (1, True)
    assert loop.owned[1].offset == "1-1"


async def test_on_a_new_connection_also_one_whose_lease_is_just_being_renewed_is_loaded_again(loop: Loop) -> None:
    await loop.own(1)
    await loop.own(2)
    loop.held.discard(1)
    await loop.redis.hset(PartitionKeys(1).meta, "offset", "1-1")
    await loop.redis.client_kill_filter(_type="normal", skipme=True)
    assert await loop.next() == (2, True)
    loop.held.add(1)
    loop.readers.wake()
    assert await loop.next() == (1, True)
    assert loop.owned[1].offset == "1-1"


async def test_one_that_is_fenced_by_a_later_lease_of_our_own_is_not_given_up(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await loop.own(1)
    commit = loop.readers._committer.commit

    async def lose_and_take(link: RedisLink, batches: Any) -> Any:
        monkeypatch.setattr(loop.readers._committer, "commit", commit)
        await loop.redis.set(PartitionKeys(1).fence, str(TOKEN + 1))
        loop.owned[1] = Partition(loop.links, TOKENS, 1, 64, TOKEN + 1)
        return await commit(link, batches)

    monkeypatch.setattr(loop.readers._committer, "commit", lose_and_take)
    await loop.tick(1)
    assert await loop.next() == (1, True)  # loaded, under the new lease
    assert await loop.next() == (1, True)  # the Tick was applied
    assert loop.fenced.empty()
