"""Deadlines to Ticks: when the next deadline of a partition is due, a Tick is appended to its stream.

A Tick only says that it is time; what is due is decided by the time of its entry. So one that comes early or twice
does nothing, and after an early one the partition is armed again. At most one is under way per partition.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final, NamedTuple

from coordinator.outage import Outage
from coordinator.partition import Partition
from quickpoll.clock import RedisClock
from quickpoll.envelope import Tick, encode
from quickpoll.keys import ENTRY_FIELD
from quickpoll.redis import UNAVAILABLE, Client

SHORTEST_S: Final = 0.001
"""Between a Tick that was early by the precision of the clock, and the next one."""

_TICK: Final = encode(Tick())
_log: Final = logging.getLogger(__name__)


class _Alarm(NamedTuple):
    partition: Partition
    at: int
    handle: asyncio.TimerHandle


class Timers:
    """The next deadline of each owned partition."""

    def __init__(self, client: Client, clock: RedisClock) -> None:
        self._client = client
        self._clock = clock
        self._armed: dict[int, _Alarm] = {}
        self._due: list[Partition] = []
        self._under_way: set[int] = set()
        """Partitions whose Tick was not applied yet."""
        self._changed = asyncio.Event()

    def arm(self, partition: Partition, *, ticked: bool) -> None:
        """Waits for the next deadline of a partition; `ticked`: a Tick was applied, or none can be under way."""
        number, at = partition.number, partition.next_deadline
        if ticked:
            self._under_way.discard(number)
        elif number in self._under_way:
            return
        armed = self._armed.get(number)
        if armed and armed.at == at:
            return
        self._disarm(number)
        if at is not None:
            delay_s = max(SHORTEST_S, self._clock.seconds_until(at))
            handle = asyncio.get_running_loop().call_later(delay_s, self._fire, partition)
            self._armed[number] = _Alarm(partition, at, handle)

    def arm_again(self) -> None:
        """The clock was set."""
        for alarm in list(self._armed.values()):
            self._disarm(alarm.partition.number)
            self.arm(alarm.partition, ticked=False)

    def forget(self, number: int) -> None:
        """The partition is not ours any more."""
        self._disarm(number)
        self._under_way.discard(number)

    async def run(self) -> None:
        """Appends Ticks, for ever."""
        outage = Outage(_log)
        while True:
            await self._changed.wait()
            self._changed.clear()
            due, self._due = self._due, []
            while due := [partition for partition in due if partition.number in self._under_way]:
                try:
                    await self._append(due)
                except UNAVAILABLE as error:
                    await outage.pause(error)
                else:
                    outage.over()
                    break

    async def _append(self, due: Sequence[Partition]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for partition in due:
            pipeline.xadd(partition.keys.stream, {ENTRY_FIELD: _TICK})
        await pipeline.execute()

    def _fire(self, partition: Partition) -> None:
        del self._armed[partition.number]
        self._under_way.add(partition.number)
        self._due.append(partition)
        self._changed.set()

    def _disarm(self, number: int) -> None:
        alarm = self._armed.pop(number, None)
        if alarm:
            alarm.handle.cancel()
