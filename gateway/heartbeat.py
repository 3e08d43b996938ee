"""Says that this gateway lives.

While a gateway is in the sorted set with a recent time, coordinators count its players as present. If
it finds that it was taken out meanwhile, they were counted as away: `counted_dead` is called.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from quickpoll.clock import ms_of
from quickpoll.keys import GATEWAYS
from quickpoll.nodes import Links
from quickpoll.redis import UNAVAILABLE

BEAT_EVERY_S: Final = 0.5

_log: Final = logging.getLogger(__name__)


class Heartbeat:
    """The sign of life of one gateway."""

    def __init__(self, links: Links, gateway: str, counted_dead: Callable[[], None]) -> None:
        self._links = links
        self._gateway = gateway
        self._counted_dead = counted_dead

    async def begin(self) -> None:
        """The first beat; raises what the links raise."""
        await self._beat()

    async def run(self) -> None:
        """Beats, for ever."""
        while True:
            await asyncio.sleep(BEAT_EVERY_S)
            try:
                if await self._beat():
                    _log.warning("the coordinators counted this gateway as dead; its connections resume")
                    self._counted_dead()
            except UNAVAILABLE as error:
                _log.debug("no heartbeat: %r", error)

    async def end(self) -> None:
        """Takes the gateway out; raises what the links raise."""
        await self._links.ask(self._links.nodes.at(GATEWAYS), ("ZREM", GATEWAYS, self._gateway))

    async def _beat(self) -> bool:
        """Returns whether the gateway was not in the set."""
        node = self._links.nodes.at(GATEWAYS)
        (time,) = await self._links.ask(node, ("TIME",))
        (added,) = await self._links.ask(node, ("ZADD", GATEWAYS, ms_of(time), self._gateway))
        return bool(added)
