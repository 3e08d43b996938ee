"""The partitions that this coordinator owns, and what follows when one comes, goes, or has had a batch committed.

The life of a partition here, in order:

1. `Leases` takes its lease and calls `gained`: there is a `Partition` under the new fence. The readers hear of it by
   `watch`, and leave the read that they are waiting in.
2. A reader loads it, publishes what an earlier owner has left unsaid, and calls `ready`: its next deadline is armed.
3. The reader applies and commits its entries, and calls `ready` after each batch.
4. The lease ends: it ran out, it is given back between two batches, a commit was fenced (the reader calls
   `Leases.forget`), or Redis holds less than was said under this fence (the reader calls `Leases.retake`).
   `Leases` calls `lost`: the timer is disarmed, and the readers hear of it.
"""

import asyncio
from collections.abc import Callable, Iterator

from coordinator.batch.partition import Partition
from coordinator.timers import Timers
from quickpoll.metrics import CoordinatorFigures


class Owned:
    """The partitions of one coordinator, by number."""

    def __init__(
        self,
        partitions: int,
        open_partition: Callable[[int, int], Partition],
        timers: Timers,
        figures: CoordinatorFigures,
    ) -> None:
        """Owns none yet.

        Args:
            partitions: how many the deployment has.
            open_partition: makes one from its number and its fence.
            timers: arms the next deadlines.
            figures: leases are counted here.
        """
        self.between_batches = [asyncio.Lock() for _ in range(partitions)]
        """For each partition, owned or not: held while a batch of it is under way."""
        self._open = open_partition
        self._timers = timers
        self._figures = figures
        self._partitions: dict[int, Partition] = {}
        self._changed: Callable[[], None] = lambda: None

    def __len__(self) -> int:
        return len(self._partitions)

    def __iter__(self) -> Iterator[Partition]:
        return iter(self._partitions.values())

    def __contains__(self, partition: object) -> bool:
        """False also where the same partition is owned again, under another lease."""
        return isinstance(partition, Partition) and self.get(partition.number) is partition

    def get(self, number: int) -> Partition | None:
        """The partition of a number, if it is owned."""
        return self._partitions.get(number)

    def watch(self, changed: Callable[[], None]) -> None:
        """Calls `changed` whenever a partition has come or gone."""
        self._changed = changed

    def gained(self, number: int, fence: int) -> None:
        """A lease was taken."""
        self._figures.leases_taken += 1
        self._partitions[number] = self._open(number, fence)
        self._changed()

    def ready(self, partition: Partition, *, ticked: bool) -> None:
        """A partition was loaded or a batch of it committed; `ticked`: a Tick was in it, or none can be under way."""
        if partition in self:
            self._timers.arm(partition, ticked=ticked)

    def lost(self, number: int) -> None:
        """A lease has ended."""
        self._figures.leases_lost += 1
        self._partitions.pop(number, None)
        self._timers.forget(number)
        self._changed()
