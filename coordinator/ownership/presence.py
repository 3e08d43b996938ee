"""Gateways that have died: each partition that they had connections in gets one GatewayLost.

A gateway is dead when its heartbeat is too old. It is then taken out of `qp:gateways`, which tells it, if it was
only stuck, that its connections count as gone. After Redis was away, or this process was stuck, nobody is judged
until all have had the time to beat again.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from typing import Final

from coordinator.batch.partition import Partition
from coordinator.timing import DEFAULT, CoordinatorTiming
from quickpoll.beat import until_beat
from quickpoll.envelope import GatewayLost, encode
from quickpoll.keys import ENTRY_FIELD, GATEWAY_DEAD_AFTER_MS, GATEWAYS
from quickpoll.store.clock import ms_of
from quickpoll.store.link import StoreError
from quickpoll.store.nodes import Links
from quickpoll.store.outage import Outage

SOONEST_S: Final = 0.02
"""Between two looks."""

_log: Final = logging.getLogger(__name__)


class Presence:
    """Watches gateways for one coordinator."""

    def __init__(
        self,
        links: Links,
        owned: Iterable[Partition],
        timing: CoordinatorTiming = DEFAULT,
        *,
        judge_at_once: bool,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Builds it.

        Args:
            links: for commands.
            owned: the partitions to tell; it is iterated over at each look.
            timing: how often to look at least.
            judge_at_once: no gateway from before can be alive.
            clock: a monotonic clock, in seconds; None: the event loop's.
        """
        self._links = links
        self._timing = timing
        self._owned = owned
        self._clock = clock or asyncio.get_running_loop().time
        self._looked_at = self._clock()
        self._judge_from = float("-inf") if judge_at_once else self._looked_at + GATEWAY_DEAD_AFTER_MS / 1000
        self._told: dict[tuple[Partition, str], float] = {}
        """Partitions that have got a GatewayLost that is not applied yet, and when."""

    async def run(self) -> None:
        """Looks until cancelled."""
        outage = Outage(_log)
        while True:
            try:
                next_s = await self.look()
            except StoreError as error:
                await outage.pause(error)
            else:
                outage.over()
                await asyncio.sleep(next_s)

    async def look(self) -> float:
        """Looks once; returns after how many seconds to look again, and raises what the links raise."""
        node = self._links.nodes.at(GATEWAYS)
        (time,) = await self._links.ask(node, ("TIME",))
        looked_at, self._looked_at = self._looked_at, self._clock()
        if self._looked_at - looked_at > self._timing.stuck_s:
            self._judge_from = self._looked_at + GATEWAY_DEAD_AFTER_MS / 1000
        if self._looked_at < self._judge_from:
            return until_beat(self._timing.look_every_s)
        dead_before = ms_of(time) - GATEWAY_DEAD_AFTER_MS
        _, beats = await self._links.ask(
            node,
            ("ZREMRANGEBYSCORE", GATEWAYS, "-inf", dead_before),
            ("ZRANGE", GATEWAYS, 0, -1, "WITHSCORES"),
        )
        alive = {member.decode() for member, _ in beats}
        lost = dict.fromkeys((each, gateway) for each in self._owned for gateway in sorted(each.gateways - alive))
        lately = self._looked_at - self._timing.tell_again_s
        self._told = {one: told_at for one, told_at in self._told.items() if one in lost and told_at > lately}
        await self._tell([one for one in lost if one not in self._told])
        # When the one that was quiet for longest has died, if nothing more is heard of it.
        next_s = min((beat - dead_before for _, beat in beats), default=float("inf")) / 1000
        return min(max(next_s, SOONEST_S), until_beat(self._timing.look_every_s))

    async def _tell(self, lost: Collection[tuple[Partition, str]]) -> None:
        for gateway in dict.fromkeys(gateway for _, gateway in lost):
            entry = encode(GatewayLost(gateway))
            partitions = {partition.number: partition for partition, lost_one in lost if lost_one == gateway}
            told = await self._links.ask_all(
                {
                    number: ("XADD", partition.keys.stream, "*", ENTRY_FIELD, entry)
                    for number, partition in partitions.items()
                }
            )
            self._told |= {
                (partitions[number], gateway): self._looked_at
                for number, reply in told.items()
                if not isinstance(reply, Exception)
            }
            _log.info("a gateway is gone: %s", gateway)
