"""One blocking read for all owned partitions, each from its own offset; what it brings is applied and committed.

Read, apply, commit, read: each partition's entries are applied in order, one batch at a time, and several
partitions are committed in one round trip. `between_batches` is free only while no batch is under way. What goes
wrong with one partition makes it load again, and holds up no other.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from coordinator.commit import Batch, Committer, Outcome
from coordinator.outage import Outage
from coordinator.partition import Partition, load
from quickpoll.redis import UNAVAILABLE, Client, Entries, connect_blocking, read_streams

BLOCK_MS: Final = 1000
ENTRIES_PER_STREAM: Final = 512
ENTRIES_PER_COMMIT: Final = 512
"""Entries of several partitions are committed together up to so many: then the event loop has a turn."""
WAKE_AGAIN_S: Final = 0.005
REST_S: Final = 1.0
"""How long a partition that could not be served is left alone."""

_log: Final = logging.getLogger(__name__)


class Reader:
    """Reads for one coordinator."""

    def __init__(
        self,
        redis_url: str,
        client: Client,
        between_batches: asyncio.Lock,
        owned: dict[int, Partition],
        *,
        may_act: Callable[[int], bool],
        fenced: Callable[[int], None],
        ready: Callable[[Partition, bool], None],
    ) -> None:
        """Builds it; nothing is opened yet.

        Args:
            redis_url: for the connection on which it waits.
            client: for everything else.
            between_batches: held while a batch is under way.
            owned: the partitions, by number; changes while it runs: see `wake`.
            may_act: whether the lease of a partition is valid now.
            fenced: called with a partition that another coordinator has taken.
            ready: called when a partition was loaded or a batch committed, with whether there was a Tick in
                it, or none can be under way.
        """
        self._blocking = connect_blocking(redis_url, BLOCK_MS)
        self._client = client
        self._committer = Committer(client)
        self._between_batches = between_batches
        self._owned = owned
        self._may_act = may_act
        self._fenced = fenced
        self._ready = ready
        self._outage = Outage(_log)
        self._connection: int | None = None
        self._changed = asyncio.Event()
        """That other partitions are owned than those that are being read."""
        self._waking: asyncio.Task[None] | None = None
        self._resting_until: dict[Partition, float] = {}

    async def run(self) -> None:
        """Reads, for ever."""
        while True:
            try:
                self._connection = await self._blocking.client_id()
                while True:
                    await self._read()
            except UNAVAILABLE as error:
                await self._outage.pause(error)

    def wake(self) -> None:
        """Other partitions are owned now: what is being waited for is out of date."""
        self._changed.set()
        if self._waking is None or self._waking.done():
            self._waking = asyncio.create_task(self._wake())

    async def close(self) -> None:
        """Ends its connection; `run` must have been cancelled."""
        if self._waking:
            self._waking.cancel()
            await asyncio.gather(self._waking, return_exceptions=True)
        await self._blocking.aclose()

    # -- one round --------------------------------------------------------------------------

    async def _read(self) -> None:
        self._changed.clear()
        now = time.monotonic()
        partitions = [
            p for p in self._owned.values() if self._may_act(p.number) and self._resting_until.get(p, now) <= now
        ]
        self._resting_until = {p: until for p, until in self._resting_until.items() if until > now}
        await self._load([partition for partition in partitions if not partition.is_loaded])
        reading = {partition.keys.stream: partition for partition in partitions if partition.is_loaded}
        if not reading:
            with suppress(TimeoutError):
                async with asyncio.timeout(BLOCK_MS / 1000):
                    await self._changed.wait()
            return
        offsets = {stream: partition.offset for stream, partition in reading.items()}
        found = await read_streams(self._blocking, offsets, count=ENTRIES_PER_STREAM, block_ms=BLOCK_MS)
        trouble: Exception | None = None
        for group in _groups([(reading[stream], entries) for stream, entries in found.items()]):
            async with self._between_batches:
                trouble = await self._process(group) or trouble
        if trouble:
            await self._outage.pause(trouble)
        else:
            self._outage.over()

    async def _load(self, partitions: list[Partition]) -> None:
        if partitions:
            await load(self._client, partitions)
            for partition in partitions:
                self._ready(partition, True)

    async def _process(self, group: list[tuple[Partition, Entries]]) -> Exception | None:
        """Applies and commits; returns what Redis refused, if it did."""
        made: list[tuple[Partition, Batch]] = []
        trouble: Exception | None = None
        for partition, entries in group:
            if self._owned.get(partition.number) is not partition or not self._may_act(partition.number):
                continue
            try:
                made.append((partition, await partition.apply(entries)))
            except UNAVAILABLE as error:
                partition.drop()
                trouble = error
            except Exception:
                # A fault of ours that is no entry's: the partition is tried again from what Redis holds.
                _log.exception("partition %d could not be served", partition.number)
                partition.drop()
                self._resting_until[partition] = time.monotonic() + REST_S
        if not made:
            return trouble
        outcomes, refused = await self._committer.commit([batch for _, batch in made])
        for (partition, batch), outcome in zip(made, outcomes, strict=True):
            partition.settle(batch, outcome)
            if outcome is Outcome.FENCED:
                self._fenced(partition.number)
            elif outcome is Outcome.COMMITTED:
                self._ready(partition, partition.ticked)
        return trouble or refused

    async def _wake(self) -> None:
        """Unblocks the read, again and again until it is out of the old one: it may not have begun to wait yet."""
        while self._changed.is_set():
            if self._connection is not None:
                with suppress(*UNAVAILABLE):
                    await self._client.client_unblock(self._connection)
            await asyncio.sleep(WAKE_AGAIN_S)


def _groups(found: list[tuple[Partition, Entries]]) -> Iterator[list[tuple[Partition, Entries]]]:
    group: list[tuple[Partition, Entries]] = []
    size = 0
    for partition, entries in found:
        group.append((partition, entries))
        size += len(entries)
        if size >= ENTRIES_PER_COMMIT:
            yield group
            group, size = [], 0
    if group:
        yield group
