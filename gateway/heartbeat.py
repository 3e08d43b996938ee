"""Tells the coordinators that this gateway lives.

While a gateway is in the sorted set with a recent time, coordinators count its players as present. If it finds that
it was taken out, its players were counted as away: `counted_dead` is called.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from gateway.timing import Timing
from quickpoll.keys import GATEWAYS
from quickpoll.store.clock import ms_of
from quickpoll.store.link import Command, StoreError
from quickpoll.store.nodes import Links

_log: Final = logging.getLogger(__name__)


class Heartbeat:
    """The sign of life of one gateway."""

    def __init__(self, links: Links, gateway: str, timing: Timing, counted_dead: Callable[[], None]) -> None:
        self._links = links
        self._gateway = gateway
        self._timing = timing
        self._counted_dead = counted_dead

    async def begin(self) -> None:
        """The first beat; raises what the links raise."""
        await self._enter()

    async def run(self) -> None:
        """Beats until it is cancelled."""
        while True:
            await asyncio.sleep(self._timing.beat_every_s)
            try:
                if not await self._beat():
                    _log.warning("the coordinators counted this gateway as dead; its connections resume")
                    self._counted_dead()
                    await self._enter()
            except StoreError as error:
                _log.debug("no heartbeat: %r", error)

    async def end(self) -> None:
        """Takes the gateway out; raises what the links raise."""
        await self._links.ask(self._links.nodes.at(GATEWAYS), ("ZREM", GATEWAYS, self._gateway))

    async def _beat(self) -> bool:
        """Returns whether the gateway was in the set; a beat that is late, or whose reply is lost, does not enter."""
        _, score = await self._add("XX", ("ZSCORE", GATEWAYS, self._gateway))
        return score is not None

    async def _enter(self) -> None:
        await self._add("NX")

    async def _add(self, which: str, *then: Command) -> list[Any]:
        node = self._links.nodes.at(GATEWAYS)
        (time,) = await self._links.ask(node, ("TIME",))
        return await self._links.ask(node, ("ZADD", GATEWAYS, which, ms_of(time), self._gateway), *then)
