"""Says that this gateway lives, and keeps its clock at Redis's.

While a gateway is in the sorted set with a recent time, coordinators count its players as present. If
it finds that it was taken out meanwhile, they were counted as away: `counted_dead` is called.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from quickpoll.clock import RedisClock
from quickpoll.keys import GATEWAYS
from quickpoll.redis import UNAVAILABLE, Client, time_ms

BEAT_EVERY_S: Final = 0.5
SYNCHRONISE_EVERY_S: Final = 30.0
SYNCHRONISE_AGAIN_S: Final = 1.0

_log: Final = logging.getLogger(__name__)


class Heartbeat:
    """The sign of life of one gateway."""

    def __init__(self, client: Client, gateway: str, counted_dead: Callable[[], None]) -> None:
        self._client = client
        self._gateway = gateway
        self._counted_dead = counted_dead

    async def begin(self) -> None:
        """The first beat; raises what the client raises."""
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
        """Takes the gateway out; raises what the client raises."""
        await self._client.zrem(GATEWAYS, self._gateway)

    async def _beat(self) -> bool:
        """Returns whether the gateway was not in the set."""
        return bool(await self._client.zadd(GATEWAYS, {self._gateway: await time_ms(self._client)}))


async def keep_synchronised(clock: RedisClock, client: Client) -> None:
    """Measures the difference to Redis's clock every now and then, for ever."""
    while True:
        try:
            await clock.synchronise(client)
        except UNAVAILABLE as error:
            _log.debug("the clock was not synchronised: %r", error)
            await asyncio.sleep(SYNCHRONISE_AGAIN_S)
        else:
            await asyncio.sleep(SYNCHRONISE_EVERY_S)
