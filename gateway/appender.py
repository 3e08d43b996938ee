"""Entries to the partitions' streams: batched for each node of Redis, and in order for each partition.

What a batch has for one partition is packed into few entries of its stream: an entry costs Redis, the disk and the
coordinator something, whatever is in it. What comes while a batch is under way goes into the next one. An entry that
may have been appended is not appended again here: its sender decides. An entry that was refused because its partition
has moved, or is moving, is held for a while. A node that is away does not hold up the others.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from gateway.timing import Timing
from quickpoll.keys import PACKED_ENTRIES, PartitionKeys, pack_fields
from quickpoll.store.link import LinkLost, Refusal, StoreError
from quickpoll.store.node import Node
from quickpoll.store.nodes import MOVED_AWAY, Links, Nodes, on_each
from quickpoll.store.outage import Outage, Unreachable
from quickpoll.store.pace import Pace

PACKED_BYTES: Final = 16 * 1024
"""Of one entry of a stream that holds several; a quiz with pictures has one of its own."""

_log: Final = logging.getLogger(__name__)


class _Entry(NamedTuple):
    partition: int
    data: bytes
    failed: Callable[[], None]
    hold_until: float
    """By the time of the event loop."""


class _Queue:
    """What waits for one node."""

    __slots__ = ("entries", "filled", "is_busy", "outage", "pace")

    def __init__(self, timing: Timing, away: Unreachable) -> None:
        self.entries: list[_Entry] = []
        self.filled = asyncio.Event()
        self.is_busy = False
        self.pace = Pace(timing.gather_s)
        self.outage = Outage(_log, timing.longest_retry_s, away)

    def put_back(self, entry: _Entry) -> None:
        """Before all others."""
        self.entries.insert(0, entry)
        self.filled.set()


class Appender:
    """Appends for one gateway."""

    def __init__(self, nodes: Nodes, partitions: int, timing: Timing, away: Unreachable) -> None:
        """`away` is shared with everything in this gateway that needs Redis, so that the log names an outage once."""
        self._timing = timing
        self._clock = asyncio.get_running_loop().time
        self._nodes = nodes
        self._links = Links(nodes)
        self._streams = [PartitionKeys(number).stream for number in range(partitions)]
        self._queues: defaultdict[Node, _Queue] = defaultdict(lambda: _Queue(timing, away))
        self._idle = asyncio.Event()
        self._idle.set()

    def delay_ms(self, partition: int) -> int:
        """How long an entry would wait for its batch now."""
        return self._queues[self._nodes.of(partition)].pace.delay_ms

    def append(self, partition: int, data: bytes, failed: Callable[[], None]) -> None:
        """Queues an encoded entry; `failed` is called if it was perhaps not appended."""
        self._put(_Entry(partition, data, failed, self._clock() + self._timing.hold_s))

    async def run(self) -> None:
        """Appends what is queued, until it is cancelled."""
        unwatch = self._nodes.watch(self._rearrange)
        try:
            await on_each(self._nodes, self._append_to)
        finally:
            unwatch()

    def reached(self) -> None:
        """Redis answers again: the next batch need not wait."""
        for queue in self._queues.values():
            queue.outage.over()

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
        while True:
            await queue.filled.wait()
            queue.filled.clear()
            while queue.entries:
                await queue.pace.turn()
                queue.is_busy = True
                batch = queue.entries[: self._timing.batch]
                del queue.entries[: self._timing.batch]
                held = await self._append_batch(node, queue, batch)
                for entry in reversed(held):
                    self._queues[self._nodes.of(entry.partition)].put_back(entry)
                if held:
                    await asyncio.sleep(self._timing.hold_pause_s)
                queue.is_busy = False
            if not any(other.is_busy or other.entries for other in self._queues.values()):
                self._idle.set()

    def _rearrange(self) -> None:
        """What waits goes where it lies now, before anything that is said later."""
        waiting = [entry for queue in self._queues.values() for entry in queue.entries]
        for node, queue in list(self._queues.items()):
            queue.entries.clear()
            if node not in self._nodes.all:
                queue.outage.forget()
                del self._queues[node]
        for entry in waiting:
            self._put(entry)

    async def _append_batch(self, node: Node, queue: _Queue, batch: Sequence[_Entry]) -> list[_Entry]:
        """Returns those that are to be held."""
        held: list[_Entry] = []
        replies: Sequence[Any] = [LinkLost("given up")] * len(batch)
        try:
            link = await self._links.to(node)
            packs = _packs(batch)
            said = await link.call(
                [("XADD", self._streams[number], "*", *pack_fields([e.data for e in pack])) for number, pack in packs]
            )
            batch = [entry for _, pack in packs for entry in pack]
            replies = [reply for reply, (_, pack) in zip(said, packs, strict=True) for _ in pack]
        except StoreError as error:
            replies = [error] * len(batch)
        finally:
            failed = [(entry, r) for entry, r in zip(batch, replies, strict=True) if isinstance(r, Exception)]
            if failed:
                held = self._sort_out(failed, queue.outage)
            else:
                queue.outage.over()
        return held

    def _sort_out(self, failed: Sequence[tuple[_Entry, Exception]], outage: Outage) -> list[_Entry]:
        """Returns those that are to be held, and gives the others up."""
        now = self._clock()
        _, reason = failed[0]
        if not isinstance(reason, Refusal) or reason.kind in MOVED_AWAY:
            self._nodes.doubt(reason)
        held = [entry for entry, reason in failed if _is_elsewhere(reason) and now < entry.hold_until]
        given_up = [entry for entry, reason in failed if not _is_elsewhere(reason) or now >= entry.hold_until]
        if given_up:
            outage.began(reason)
        for entry in given_up:
            entry.failed()
        return held


def _packs(batch: Sequence[_Entry]) -> list[tuple[int, list[_Entry]]]:
    """What goes into one entry of a partition's stream, with the partition's number."""
    packs: dict[int, list[list[_Entry]]] = {}
    room: dict[int, int] = {}
    for entry in batch:
        of_partition = packs.setdefault(entry.partition, [])
        room[entry.partition] = left = room.get(entry.partition, 0) - len(entry.data)
        if left < 0 or len(of_partition[-1]) == PACKED_ENTRIES:
            of_partition.append([])
            room[entry.partition] = PACKED_BYTES - len(entry.data)
        of_partition[-1].append(entry)
    return [(number, pack) for number, of_partition in packs.items() for pack in of_partition]


def _is_elsewhere(reason: Exception) -> bool:
    return isinstance(reason, Refusal) and reason.kind in MOVED_AWAY
