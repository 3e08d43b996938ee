"""Entries to the partitions' streams: batched for each node of Redis, and in order for each partition.

What comes while a batch is under way goes into the next one. Each entry is tried once; whether to try again is
for others to say. A node that is away holds up no other.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from quickpoll.keys import ENTRY_FIELD, PartitionKeys
from quickpoll.link import LinkLost, Refusal
from quickpoll.nodes import MOVED_AWAY, Links, Node, Nodes, on_each
from quickpoll.redis import UNAVAILABLE

# Packing more at once would hold up the event loop for longer than a frame of a page lasts.
MAX_BATCH: Final = 250

_log: Final = logging.getLogger(__name__)


class _Entry(NamedTuple):
    partition: int
    data: bytes
    failed: Callable[[], None]


class _Queue:
    """What waits for one node."""

    __slots__ = ("entries", "filled", "is_busy")

    def __init__(self) -> None:
        self.entries: list[_Entry] = []
        self.filled = asyncio.Event()
        self.is_busy = False


class Appender:
    """Appends for one gateway."""

    def __init__(self, nodes: Nodes, partitions: int) -> None:
        self._nodes = nodes
        self._links = Links(nodes)
        self._streams = [PartitionKeys(number).stream for number in range(partitions)]
        self._queues: defaultdict[Node, _Queue] = defaultdict(_Queue)
        self._idle = asyncio.Event()
        self._idle.set()

    def append(self, partition: int, data: bytes, failed: Callable[[], None]) -> None:
        """Queues an encoded entry; `failed` is called if it was perhaps not appended."""
        self._put(_Entry(partition, data, failed))

    async def run(self) -> None:
        """Appends what is queued, for ever."""
        await on_each(self._nodes, self._append_to)

    async def flush(self, seconds: float) -> None:
        """Returns when everything queued was tried once, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()

    def close(self) -> None:
        """Ends the connections; `run` must have been cancelled."""
        self._links.close()

    def _put(self, entry: _Entry) -> None:
        queue = self._queues[self._nodes.of(entry.partition)]
        queue.entries.append(entry)
        queue.filled.set()
        self._idle.clear()

    async def _append_to(self, node: Node) -> None:
        queue = self._queues[node]
        try:
            while True:
                await queue.filled.wait()
                queue.filled.clear()
                while queue.entries:
                    batch = queue.entries[:MAX_BATCH]
                    del queue.entries[:MAX_BATCH]
                    queue.is_busy = True
                    await self._append_batch(node, batch)
                    queue.is_busy = False
                if not any(other.is_busy or other.entries for other in self._queues.values()):
                    self._idle.set()
        finally:  # the node is gone: what waits for it lies elsewhere now
            del self._queues[node]
            for entry in queue.entries:
                self._put(entry)

    async def _append_batch(self, node: Node, batch: Sequence[_Entry]) -> None:
        replies: Sequence[Any] = [LinkLost("given up")] * len(batch)
        try:
            link = await self._links.to(node)
            replies = await link.call([("XADD", self._streams[e.partition], "*", ENTRY_FIELD, e.data) for e in batch])
        except UNAVAILABLE as error:
            replies = [error] * len(batch)
        finally:
            failed = [(entry, r) for entry, r in zip(batch, replies, strict=True) if isinstance(r, Exception)]
            if failed:
                self._give_up(failed, len(batch))

    def _give_up(self, failed: Sequence[tuple[_Entry, Exception]], tried: int) -> None:
        _, reason = failed[0]
        _log.warning("%d of %d entries were not appended: %r", len(failed), tried, reason)
        if not isinstance(reason, Refusal) or reason.kind in MOVED_AWAY:
            self._nodes.doubt(reason)
        for entry, _ in failed:
            entry.failed()
