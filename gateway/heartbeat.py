"""Tells the coordinators that this gateway lives.

While a gateway is in the sorted set with a recent time, coordinators count its players as present. If it finds that
it was taken out, its players were counted as away: `counted_dead` is called.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from gateway.timing import Timing
from quickpoll.beat import until_beat
from quickpoll.keys import GATEWAYS
from quickpoll.store.link import StoreError
from quickpoll.store.nodes import Links
from quickpoll.store.script import Script

_log: Final = logging.getLogger(__name__)


class Heartbeat:
    """The sign of life of one gateway."""

    def __init__(self, links: Links, gateway: str, timing: Timing, counted_dead: Callable[[], None]) -> None:
        self._links = links
        self._gateway = gateway
        self._timing = timing
        self._counted_dead = counted_dead
        self._script = Script("gateway", "scripts/beat.lua")

    async def begin(self) -> None:
        """The first beat; raises what the links raise."""
        await self._beat("NX")

    async def run(self) -> None:
        """Beats until it is cancelled."""
        while True:
            await asyncio.sleep(until_beat(self._timing.beat_every_s))
            try:
                # A beat that is late, or whose reply is lost, must not enter: it could hide that it was taken out.
                if not await self._beat("XX"):
                    _log.warning("the coordinators counted this gateway as dead; its connections resume")
                    self._counted_dead()
                    await self._beat("NX")
            except StoreError as error:
                _log.debug("no heartbeat: %r", error)

    async def end(self) -> None:
        """Takes the gateway out; raises what the links raise."""
        await self._links.ask(self._links.nodes.at(GATEWAYS), ("ZREM", GATEWAYS, self._gateway))

    async def _beat(self, which: str) -> bool:
        """Returns whether the gateway is in the set: with `XX` it does not enter, with `NX` it does."""
        node = self._links.nodes.at(GATEWAYS)
        return bool(await self._script.run_on(self._links, node, ([GATEWAYS], [self._gateway, which])))
