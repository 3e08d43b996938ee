"""The loop around partitions; what it leads to is in `test_app.py`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from unittest.mock import Mock

import pytest

from coordinator import memory
from coordinator.batch.commit import Batch, CommitOutcome, Committer
from coordinator.batch.partition import Partition
from coordinator.owned import Owned
from coordinator.reader import Readers, Work, groups
from coordinator.timing import DEFAULT, CoordinatorTiming
from quickpoll.envelope import Tick, encode
from quickpoll.keys import ENTRY_FIELD, PartitionKeys
from quickpoll.metrics import CoordinatorFigures
from quickpoll.store.clock import Clocks
from quickpoll.store.link import LinkLost, RedisLink
from quickpoll.store.nodes import Links
from tests.coordinator.standin import TOKENS, eventually
from tests.redis_client import Client

TOKEN = 7
TICK: Any = {ENTRY_FIELD: encode(Tick())}


class Doubtful(Committer):
    """A committer whose next commit takes another way."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[], Awaitable[None]] | None = None
        self.loses_reply = False

    async def commit(self, link: RedisLink, batches: Sequence[Batch]) -> tuple[list[CommitOutcome], Exception | None]:
        if self.before:
            before, self.before = self.before, None
            await before()
        outcomes = await super().commit(link, batches)
        if self.loses_reply:
            self.loses_reply = False
            return [CommitOutcome.UNCERTAIN] * len(batches), LinkLost("the reply is lost")
        return outcomes


class OwnedByHand(Owned):
    """Partitions that a test takes and loses; it hears when they are ready."""

    def __init__(self, links: Links, figures: CoordinatorFigures) -> None:
        timers: Any = Mock(spec=["forget"])
        super().__init__(64, lambda number, fence: self.open(links, number, fence), timers, figures)
        self.heard: asyncio.Queue[tuple[int, bool]] = asyncio.Queue()

    @staticmethod
    def open(links: Links, number: int, fence: int) -> Partition:
        return Partition(links, TOKENS, number, 64, fence, check_invariants=True)

    def ready(self, partition: Partition, *, ticked: bool) -> None:
        self.heard.put_nowait((partition.number, ticked))


class LeasesByHand:
    """Leases that a test holds, and what the reader has said of them."""

    def __init__(self, owned: Owned) -> None:
        self.held = {1, 2, 3}
        self.fenced: asyncio.Queue[int] = asyncio.Queue()
        self.retaken: asyncio.Queue[int] = asyncio.Queue()
        self._owned = owned

    def holds(self, number: int) -> bool:
        return number in self.held

    def forget(self, number: int) -> None:
        self._owned.lost(number)
        self.fenced.put_nowait(number)

    def retake(self, number: int) -> None:
        self.retaken.put_nowait(number)


class Loop:
    """A reader of partitions that are taken and lost by hand."""

    def __init__(self, redis: Client, links: Links, timing: CoordinatorTiming) -> None:
        self.redis = redis
        self.figures = CoordinatorFigures()
        self.owned = OwnedByHand(links, self.figures)
        self.leases = LeasesByHand(self.owned)
        self.committer = Doubtful()
        leases: Any = self.leases
        work = Work(links, Clocks(links), self.owned, leases, self.committer, self.figures, timing)
        self.readers = Readers(work)
        self.running: asyncio.Task[None]
        self.owned.watch(self.readers.wake)

    async def own(self, number: int) -> Partition:
        """Takes a partition; returns when it was loaded."""
        await self.redis.set(PartitionKeys(number).fence, str(TOKEN))
        self.owned.gained(number, TOKEN)
        assert await self.next() == (number, True)
        partition = self.owned.get(number)
        assert partition
        return partition

    async def next(self) -> tuple[int, bool]:
        async with asyncio.timeout(5):
            return await self.owned.heard.get()

    async def tick(self, number: int) -> None:
        await self.redis.xadd(PartitionKeys(number).stream, TICK)


@pytest.fixture
def timing() -> CoordinatorTiming:
    return DEFAULT


@pytest.fixture
async def loop(redis: Client, links: Links, timing: CoordinatorTiming) -> AsyncIterator[Loop]:
    loop = Loop(redis, links, timing)
    loop.running = asyncio.create_task(loop.readers.run())
    yield loop
    loop.running.cancel()
    await asyncio.gather(loop.running, return_exceptions=True)


async def test_what_is_appended_is_applied_and_committed(loop: Loop) -> None:
    await loop.own(3)
    await loop.tick(3)
    assert await loop.next() == (3, True)
    assert await loop.redis.xlen(PartitionKeys(3).stream) == 0


@pytest.mark.parametrize("timing", [replace(DEFAULT, read_ms=60_000)])
async def test_a_partition_that_is_taken_while_it_waits_is_read_at_once(loop: Loop) -> None:
    await loop.own(1)
    await loop.tick(1)
    await loop.next()
    await loop.own(2)  # the read of the first one waits for a minute
    await loop.tick(2)
    assert await loop.next() == (2, True)


async def test_one_that_is_lost_is_read_no_more(loop: Loop) -> None:
    await loop.own(1)
    await loop.own(2)
    async with loop.owned.between_batches[1]:
        await loop.tick(1)
        loop.owned.lost(1)
    await loop.tick(2)
    assert await loop.next() == (2, True)
    assert await loop.redis.xlen(PartitionKeys(1).stream) == 1


async def test_without_a_valid_lease_nothing_is_read_or_applied(loop: Loop) -> None:
    partition = await loop.own(1)
    await loop.own(2)
    async with loop.owned.between_batches[1]:
        await loop.tick(1)
        loop.leases.held.discard(1)
    loop.readers.wake()
    await loop.tick(2)
    assert await loop.next() == (2, True)
    assert partition.offset == "0-0"
    loop.leases.held.add(1)
    loop.readers.wake()
    assert await loop.next() == (1, True)


async def test_a_fenced_partition_is_reported_and_the_others_go_on(loop: Loop) -> None:
    await loop.own(1)
    await loop.own(2)
    await loop.redis.set(PartitionKeys(1).fence, str(TOKEN + 1))
    await loop.tick(1)
    async with asyncio.timeout(5):
        assert await loop.leases.fenced.get() == 1
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
        assert await loop.leases.retaken.get() == 1
    await loop.tick(2)
    assert await loop.next() == (2, True)


async def test_after_a_commit_of_unknown_outcome_it_asks_redis_what_was_applied(loop: Loop) -> None:
    partition = await loop.own(1)
    loop.committer.loses_reply = True
    await loop.tick(1)
    assert await loop.next() == (1, True)  # loaded again
    assert partition.offset.encode() == await loop.redis.hget(PartitionKeys(1).meta, "offset")
    assert partition.offset != "0-0"


async def test_what_follows_is_asked_for_before_a_batch_is_committed(loop: Loop) -> None:
    await loop.own(1)
    reads: list[int] = []

    async def look() -> None:
        clients = await loop.redis.client_list()
        reads.append(sum("b" in client["flags"] for client in clients))
        await loop.tick(1)

    loop.committer.before = look
    await loop.tick(1)
    assert await loop.next() == (1, True)
    assert await loop.next() == (1, True)  # the one that came during the commit
    assert reads == [1]


async def test_all_that_comes_during_a_commit_is_one_batch(loop: Loop) -> None:
    await loop.own(1)

    async def come_one_by_one() -> None:
        for _ in range(3):
            await loop.tick(1)

    loop.committer.before = come_one_by_one
    await loop.tick(1)
    assert await loop.next() == (1, True)
    assert await loop.next() == (1, True)
    assert await loop.redis.xlen(PartitionKeys(1).stream) == 0
    assert loop.figures.batches["committed"] == 2


async def test_what_was_asked_for_is_dropped_if_the_commit_does_something_else(loop: Loop) -> None:
    partition = await loop.own(1)
    loop.committer.before = partial(loop.tick, 1)
    loop.committer.loses_reply = True
    await loop.tick(1)
    assert await loop.next() == (1, True)  # loaded again
    assert await loop.next() == (1, True)
    assert await loop.redis.xlen(PartitionKeys(1).stream) == 0
    assert partition.offset.encode() == await loop.redis.hget(PartitionKeys(1).meta, "offset")


@pytest.mark.parametrize("timing", [replace(DEFAULT, rest_s=0.1, read_ms=50)])
async def test_a_partition_with_a_fault_holds_up_no_other_and_is_tried_again(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    await loop.redis.client_kill_filter(_type="normal", skipme=True)
    await loop.tick(1)
    assert await loop.next() == (1, True)


async def test_what_a_large_batch_has_taken_is_given_back(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    given_back = asyncio.Event()
    monkeypatch.setattr(memory, "KEPT_S", 0)
    monkeypatch.setattr(memory, "is_large", lambda _: True)
    monkeypatch.setattr(memory, "give_back", given_back.set)
    await loop.own(3)
    await loop.tick(3)
    await given_back.wait()


def test_partitions_are_committed_together_up_to_a_number_of_entries() -> None:
    one: Any = object()
    found: Any = [(one, [1]), (one, [1, 2]), (one, [1, 2, 3, 4]), (one, [1])]
    assert [len(group) for group in groups(found, entries_per_commit=3)] == [2, 1, 1]


async def test_on_a_new_connection_it_starts_from_what_redis_holds(loop: Loop) -> None:
    await loop.own(1)
    await loop.redis.hset(PartitionKeys(1).meta, "offset", "1-1")  # as a replica that took over may have it
    await loop.redis.client_kill_filter(_type="normal", skipme=True)
    assert await loop.next() == (1, True)
    partition = loop.owned.get(1)
    assert partition
    assert partition.offset == "1-1"


async def test_on_a_new_connection_also_one_whose_lease_is_just_being_renewed_is_loaded_again(loop: Loop) -> None:
    await loop.own(1)
    await loop.own(2)
    loop.leases.held.discard(1)
    await loop.redis.hset(PartitionKeys(1).meta, "offset", "1-1")
    await loop.redis.client_kill_filter(_type="normal", skipme=True)
    assert await loop.next() == (2, True)
    loop.leases.held.add(1)
    loop.readers.wake()
    assert await loop.next() == (1, True)
    partition = loop.owned.get(1)
    assert partition
    assert partition.offset == "1-1"


async def test_one_that_is_fenced_by_a_later_lease_of_our_own_is_not_given_up(loop: Loop) -> None:
    await loop.own(1)

    async def lose_and_take() -> None:
        await loop.redis.set(PartitionKeys(1).fence, str(TOKEN + 1))
        loop.owned.gained(1, TOKEN + 1)

    loop.committer.before = lose_and_take
    await loop.tick(1)
    assert await loop.next() == (1, True)  # loaded, under the new lease
    assert await loop.next() == (1, True)  # the Tick was applied
    assert loop.leases.fenced.empty()


async def test_a_bug_in_what_wakes_it_ends_the_readers(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who watches over the coordinator's parts then ends the process; a task that nobody asks would go unnoticed."""
    await loop.own(1)

    async def fail(*_: Any) -> None:
        raise RuntimeError("a bug in the loop")

    monkeypatch.setattr(Links, "to", fail)
    loop.owned.gained(2, TOKEN)
    async with asyncio.timeout(5):
        await asyncio.wait([loop.running])
    assert loop.running.exception()
