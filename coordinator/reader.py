"""One blocking read for all owned partitions of a node, from their offsets; what it brings is applied and committed.

On a cluster, where a read may name one slot only, there is one for each partition.

Read, apply, commit, read: each partition's entries are applied in order, one batch at a time, and several
partitions are committed in one round trip. `between_batches` is free only while no batch is under way. What goes
wrong with one partition makes it load again, and holds up no other; what goes wrong with one node holds up no other.

Where the pace allows the next batch at once, Redis is asked for what follows in the same breath as the commit, so that
it wakes up once for both. What comes is applied only if the commit did what was expected of it. Reading takes nothing
out of a stream: whatever is not applied is read again.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

from coordinator import memory
from coordinator.batch.commit import Batch, CommitOutcome, Committer
from coordinator.batch.entries import Entries, begin_read, streams_in
from coordinator.batch.partition import Partition, load
from coordinator.owned import Owned
from coordinator.ownership.leases import Leases
from coordinator.timing import DEFAULT, CoordinatorTiming
from quickpoll.keys import moment_of
from quickpoll.metrics import CoordinatorFigures
from quickpoll.store.clock import Clocks
from quickpoll.store.link import RedisLink, Refusal, StoreError
from quickpoll.store.node import Node
from quickpoll.store.nodes import MOVED_AWAY, Links, open_node
from quickpoll.store.outage import Outage, Unreachable
from quickpoll.store.pace import Pace

ENTRIES_PER_STREAM: Final = 100
"""Each may hold `PACKED_ENTRIES` messages."""
ENTRIES_PER_COMMIT: Final = 512
"""Entries of several partitions are committed together up to so many: then the event loop has a turn."""

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """The parts of a coordinator that its readers work with.

    Attributes:
        links: for what a partition needs to know beside its entries.
        clocks: the clocks of the nodes.
        owned: the partitions to read; see there what follows from what.
        leases: say whether a partition may be acted for, and are told when it may not any more.
        committer: stores and publishes batches.
        figures: what is counted here.
        timing: how long it waits for what.
        away: the parts of this process that cannot reach Redis.
    """

    links: Links
    clocks: Clocks
    owned: Owned
    leases: Leases
    committer: Committer
    figures: CoordinatorFigures
    timing: CoordinatorTiming = DEFAULT
    away: Unreachable | None = None


class Lane(NamedTuple):
    """What one read waits for: a partition, or all of a node (None)."""

    node: Node
    partition: int | None


class Readers:
    """A reader for each lane."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._readers: dict[Lane, Reader] = {}
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Reads until cancelled: a reader begins where a lane is new, and ends where its lane has gone."""
        unwatch = self._work.links.nodes.watch(self._changed.set)
        running: dict[Lane, asyncio.Task[None]] = {}
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    self._changed.clear()
                    lanes = self._lanes()
                    for lane in running.keys() - lanes:
                        running.pop(lane).cancel()
                    for lane in lanes - running.keys():
                        running[lane] = tasks.create_task(self._read(lane))
                    await self._changed.wait()
        finally:
            unwatch()

    def wake(self) -> None:
        """Other partitions are owned now: what is being waited for is out of date."""
        self._changed.set()
        for reader in self._readers.values():
            reader.wake()

    def _lanes(self) -> set[Lane]:
        nodes = self._work.links.nodes
        if nodes.apart:
            return {Lane(nodes.of(each.number), each.number) for each in self._work.owned}
        return {Lane(node, None) for node in nodes.all}

    async def _read(self, lane: Lane) -> None:
        reader = self._readers[lane] = Reader(lane, self._work)
        try:
            await reader.run()
        finally:
            reader.outage.forget()
            if self._readers.get(lane) is reader:  # the lane may be there again, with another
                del self._readers[lane]


class Reader:
    """Reads one lane."""

    def __init__(self, lane: Lane, work: Work) -> None:
        self._node, self._partition = lane
        self._work = work
        self._links = work.links
        self._owned = work.owned
        self._leases = work.leases
        self._timing = work.timing
        self._committing = Links(work.links.nodes)
        """Apart from the others: a commit may have to wait until it is durable."""
        self.outage = Outage(_log, work.timing.longest_retry_s, work.away)
        self._pace = Pace(work.timing.gather_s, burst=work.timing.burst)
        self._link: RedisLink | None = None
        """The link on which it waits; it can carry no other command during the wait."""
        self._changed = asyncio.Event()
        """That other partitions are owned than those that are being read."""
        self._ahead: asyncio.Future[list[Any]] | None = None
        """A read that has begun together with the last commit."""
        self._reading: dict[str, Partition] = {}
        """By stream: what is read."""
        self._offsets: dict[str, str] = {}
        """The same streams, and from where on each is read."""
        self._is_out_of_date = True
        """Whether something else may have to be read next time."""
        self._resting_until: dict[Partition, float] = {}

    async def run(self) -> None:
        """Reads until cancelled; leaves no task and no connection behind."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_waking())
                await self._keep_reading()
        finally:
            self._committing.close()

    async def _keep_reading(self) -> None:
        while True:
            try:
                self._link = await open_node(self._node)
                # Redis may hold less than it did: a replica took over, say. Also of those that rest, or whose lease is
                # just being renewed: a Tick that was lost is only appended again after a load.
                for partition in self._in_lane():
                    partition.drop()
                self._is_out_of_date = True
                while True:
                    await self._read(self._link)
            except StoreError as error:
                self._links.nodes.doubt(error)
                await self.outage.pause(error)
            finally:
                self._ahead = None
                if self._link:
                    self._link.close()

    def wake(self) -> None:
        """Other partitions are owned now: what is being waited for is out of date."""
        self._changed.set()

    # -- one round --------------------------------------------------------------------------

    async def _read(self, link: RedisLink) -> None:
        if self._ahead is None and (self._is_out_of_date or self._changed.is_set()):
            self._changed.clear()
            await self._arrange()
        if not self._reading:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._timing.read_ms / 1000):
                    await self._changed.wait()
            return
        found = await self._next(link)
        together = list(groups([(self._reading[stream], entries) for stream, entries in found.items()]))
        trouble: Exception | None = None
        for number, group in enumerate(together, 1):
            async with AsyncExitStack() as stack:
                for partition_number in sorted(partition.number for partition, _ in group):
                    await stack.enter_async_context(self._owned.between_batches[partition_number])
                ahead = partial(self._read_ahead, link, found) if number == len(together) else None
                trouble = await self._process(group, ahead) or trouble
        is_elsewhere = False
        for stream in found:
            partition = self._reading[stream]
            is_elsewhere |= self._offsets[stream] != partition.offset
            self._offsets[stream] = partition.offset
            self._is_out_of_date |= not partition.is_loaded
        if self._ahead and (self._is_out_of_date or is_elsewhere):
            await self._give_up_ahead()
        elif self._ahead and self._ahead.done():
            # It has ended by the first entry that came during the commit: all that have come since are one batch.
            self._ahead = self._begin_read(link)
        if trouble:
            await self.outage.pause(trouble)
        else:
            self.outage.over()

    async def _next(self, link: RedisLink) -> dict[str, Entries]:
        """What is to be applied next, by stream."""
        if self._ahead is None:
            await self._pace.turn()
            self._ahead = self._begin_read(link)
        try:
            return streams_in(await self._ahead)
        finally:
            self._ahead = None

    def _begin_read(self, link: RedisLink) -> asyncio.Future[list[Any]]:
        return begin_read(link, self._offsets, count=ENTRIES_PER_STREAM, block_ms=self._timing.read_ms)

    def _read_ahead(self, link: RedisLink, found: Mapping[str, Entries]) -> None:
        """Reads on from where the commit of all that was found, which is about to begin, will have brought us."""
        if not self._is_out_of_date and not self._changed.is_set() and self._pace.turn_at_once():
            self._offsets |= {stream: entries[-1][0].decode() for stream, entries in found.items()}
            self._ahead = self._begin_read(link)

    async def _give_up_ahead(self) -> None:
        """The commit has not done what was expected: what is being read is not what follows."""
        self._changed.set()  # so that it is woken until it has ended
        assert self._ahead is not None
        try:
            await self._ahead
        finally:
            self._ahead = None

    async def _arrange(self) -> None:
        """Finds out which partitions can be read now, and loads those that are not; kept until one comes or goes."""
        in_lane = self._in_lane()
        partitions = self._to_read(in_lane)
        await self._load([partition for partition in partitions if not partition.is_loaded])
        self._reading = {partition.keys.stream: partition for partition in partitions if partition.is_loaded}
        self._offsets = {stream: partition.offset for stream, partition in self._reading.items()}
        self._is_out_of_date = len(self._reading) < len(in_lane)

    def _in_lane(self) -> list[Partition]:
        return [
            partition
            for partition in self._owned
            if self._partition in (None, partition.number) and self._links.nodes.of(partition.number) == self._node
        ]

    def _to_read(self, in_lane: list[Partition]) -> list[Partition]:
        now = asyncio.get_running_loop().time()
        self._resting_until = {p: until for p, until in self._resting_until.items() if until > now}
        return [
            partition
            for partition in in_lane
            if self._leases.holds(partition.number) and partition not in self._resting_until
        ]

    async def _load(self, partitions: list[Partition]) -> None:
        if partitions:
            await load(self._links, self._node, partitions)
            for partition in partitions:
                if partition.has_gone_back and partition in self._owned:
                    self._leases.retake(partition.number)
            partitions = [partition for partition in partitions if partition.is_loaded]
            try:
                await self._say_what_is_left([partition for partition in partitions if partition.has_unsaid])
            except BaseException:
                for partition in partitions:
                    partition.drop()
                raise
            for partition in partitions:
                self._owned.ready(partition, ticked=True)

    async def _say_what_is_left(self, partitions: list[Partition]) -> None:
        """Whoever committed it has not seen it through."""
        if partitions:
            link = await self._committing.to(self._node)
            await self._work.committer.publish_what_is_left(
                link, {partition.keys: partition.fence for partition in partitions}
            )

    async def _process(
        self, group: list[tuple[Partition, Entries]], ahead: Callable[[], None] | None
    ) -> Exception | None:
        """Applies and commits, and calls `ahead` just before that; returns what Redis refused, if it did."""
        made: list[tuple[Partition, Batch]] = []
        trouble: Exception | None = None
        for partition, entries in group:
            if partition not in self._owned or not self._leases.holds(partition.number):
                self._is_out_of_date = True
                continue
            try:
                made.append((partition, await partition.apply(entries)))
            except StoreError as error:
                partition.drop()
                trouble = error
            except Exception:
                # A fault of the program, not of an entry: the partition is tried again from what Redis holds.
                _log.exception("partition %d could not be served", partition.number)
                partition.drop()
                self._resting_until[partition] = asyncio.get_running_loop().time() + self._timing.rest_s
        if not made:
            return trouble
        if ahead:
            ahead()
        began = time.perf_counter()
        try:
            outcomes, refused = await self._commit([batch for _, batch in made])
        except asyncio.CancelledError:  # the lane is gone, and what became of the batches is not known
            for partition, batch in made:
                partition.settle(batch, CommitOutcome.UNCERTAIN)
            raise
        self._work.figures.commit_seconds.observe(time.perf_counter() - began)
        for (partition, batch), outcome in zip(made, outcomes, strict=True):
            partition.settle(batch, outcome)
            self._count(batch, outcome)
            if outcome is CommitOutcome.FENCED and partition in self._owned:
                self._leases.forget(partition.number)
            elif outcome is CommitOutcome.COMMITTED:
                self._owned.ready(partition, ticked=partition.ticked)
        if any(memory.is_large(batch) for _, batch in made):
            asyncio.get_running_loop().call_later(memory.KEPT_S, memory.give_back)
        return trouble or refused

    def _count(self, batch: Batch, outcome: CommitOutcome) -> None:
        figures = self._work.figures
        figures.batches[outcome.name.lower()] += 1
        if outcome is CommitOutcome.COMMITTED:
            figures.sessions_created += len(batch.creates)
            figures.entries_quarantined += len(batch.quarantined)
            arrived_at, _ = moment_of(batch.offset)
            clock = self._work.clocks.of(batch.keys.number)
            figures.stream_lag_seconds.observe((clock.now_ms() + clock.ahead_ms - arrived_at) / 1000)

    async def _commit(self, batches: list[Batch]) -> tuple[list[CommitOutcome], Exception | None]:
        try:
            link = await self._committing.to(self._node)
        except StoreError as error:
            return [CommitOutcome.REFUSED] * len(batches), error
        outcomes, refused = await self._work.committer.commit(link, batches)
        if isinstance(refused, Refusal) and refused.kind in MOVED_AWAY:
            self._links.nodes.doubt(refused)
        return outcomes, refused

    async def _keep_waking(self) -> None:
        """Unblocks a read that is out of date, again and again until it has ended: it may not have begun yet."""
        while True:
            await self._changed.wait()
            if self._link and self._link.is_open:
                with suppress(StoreError):
                    await (await self._links.to(self._node)).call([("CLIENT", "UNBLOCK", self._link.id)])
            await asyncio.sleep(self._timing.wake_again_s)


def groups(
    found: Sequence[tuple[Partition, Entries]], entries_per_commit: int = ENTRIES_PER_COMMIT
) -> Iterator[list[tuple[Partition, Entries]]]:
    """Partitions whose batches are committed together."""
    group: list[tuple[Partition, Entries]] = []
    size = 0
    for partition, entries in found:
        group.append((partition, entries))
        size += len(entries)
        if size >= entries_per_commit:
            yield group
            group, size = [], 0
    if group:
        yield group
