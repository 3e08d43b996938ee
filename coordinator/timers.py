"""Deadlines to Ticks: when the next deadline of a partition is due, a Tick is appended to its stream.

A Tick only says that it is time; what is due is decided by the time of its entry. So one that comes early or twice
does nothing, and after an early one the partition is armed again. At most one is under way per partition.
"""

import asyncio
import logging
from collections import defaultdict
from typing import Final, NamedTuple

from coordinator.batch.partition import Partition
from coordinator.timing import DEFAULT, CoordinatorTiming
from quickpoll.envelope import Tick, encode
from quickpoll.keys import ENTRY_FIELD
from quickpoll.metrics import Distribution
from quickpoll.store.clock import Clocks
from quickpoll.store.link import Command, Refusal, StoreError
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links, on_each
from quickpoll.store.outage import Outage, Unreachable

SHORTEST_S: Final = 0.001
"""Between a Tick that was early by the precision of the clock, and the next one."""

_log: Final = logging.getLogger(__name__)


class _Alarm(NamedTuple):
    partition: Partition
    at: int
    handle: asyncio.TimerHandle


class Timers:
    """The next deadline of each owned partition."""

    def __init__(
        self,
        links: Links,
        clocks: Clocks,
        lateness: Distribution,
        timing: CoordinatorTiming = DEFAULT,
        away: Unreachable | None = None,
    ) -> None:
        """No deadline is known yet.

        Args:
            links: for Ticks.
            clocks: by which deadlines go.
            lateness: counts by how much Ticks come after their deadline.
            timing: how long it waits before it tries again.
            away: the parts of this process that cannot reach Redis.
        """
        self._timing = timing
        self._away = away
        self._nodes = links.nodes
        self._links = links
        self._clocks = clocks
        self._lateness = lateness
        self._armed: dict[int, _Alarm] = {}
        self._due: defaultdict[Node, asyncio.Queue[Partition]] = defaultdict(asyncio.Queue)
        self._under_way: set[int] = set()
        """Partitions whose Tick was not applied yet."""

    @property
    def armed(self) -> frozenset[int]:
        """Numbers of the partitions whose next deadline is being waited for."""
        return frozenset(self._armed)

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
            delay_s = max(SHORTEST_S, self._clocks.of(number).seconds_until(at))
            handle = asyncio.get_running_loop().call_later(delay_s, self._fire, partition)
            self._armed[number] = _Alarm(partition, at, handle)

    def arm_again(self) -> None:
        """The clocks were set."""
        for alarm in list(self._armed.values()):
            self._disarm(alarm.partition.number)
            self.arm(alarm.partition, ticked=False)

    def forget(self, number: int) -> None:
        """The partition is not ours any more."""
        self._disarm(number)
        self._under_way.discard(number)

    async def run(self) -> None:
        """Appends Ticks until cancelled; a node that is away holds up no other."""
        unwatch = self._nodes.watch(self._rearrange)
        try:
            await on_each(self._nodes, self._append_to)
        finally:
            unwatch()

    def _rearrange(self) -> None:
        """What waits for a node that is gone lies elsewhere now."""
        for node in self._due.keys() - self._nodes.all:
            queue = self._due.pop(node)
            while not queue.empty():
                self._put(queue.get_nowait())

    async def _append_to(self, node: Node) -> None:
        outage = Outage(_log, self._timing.longest_retry_s, self._away)
        try:
            while True:
                await self._append_due(node, outage)
        finally:
            outage.forget()

    async def _append_due(self, node: Node, outage: Outage) -> None:
        queue = self._due[node]
        due = [await queue.get()]
        while not queue.empty():
            due.append(queue.get_nowait())
        try:
            due, error = await self._append(node, [each for each in due if each.number in self._under_way])
        finally:
            for partition in due:
                self._put(partition)
        if error:
            await outage.pause(error)
        else:
            outage.over()

    async def _append(self, node: Node, due: list[Partition]) -> tuple[list[Partition], Exception | None]:
        """Returns those that have got no Tick, and why."""
        ticks: list[Command] = [
            ("XADD", partition.keys.stream, "*", ENTRY_FIELD, encode(Tick(self._clocks.of(partition.number).now_ms())))
            for partition in due
        ]
        try:
            replies = await (await self._links.to(node)).call(ticks)
        except StoreError as error:
            return due, error
        refused = {partition: r for partition, r in zip(due, replies, strict=True) if isinstance(r, Refusal)}
        reason = next(iter(refused.values()), None)
        if reason:
            self._nodes.doubt(reason)
        return list(refused), reason

    def _fire(self, partition: Partition) -> None:
        alarm = self._armed.pop(partition.number)
        self._lateness.observe(-self._clocks.of(partition.number).seconds_until(alarm.at))
        self._under_way.add(partition.number)
        self._put(partition)

    def _put(self, partition: Partition) -> None:
        self._due[self._nodes.of(partition.number)].put_nowait(partition)

    def _disarm(self, number: int) -> None:
        alarm = self._armed.pop(number, None)
        if alarm:
            alarm.handle.cancel()
