"""What Cluster and Sentinels have in common: the nodes that hold data change, and there is somebody to ask about it.

Promises: each doubt is followed by a look, and looks are at least `LOOK_EVERY_S` apart; without any doubt it looks
every now and then. A look that brings nothing leaves the map as it was. Who answers, and has no news, is asked last
the next time: what it knows may be out of date.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import Final, Protocol

from quickpoll.store.library import address_of
from quickpoll.store.link import LinkLost, RedisLink, Refusal, StoreError, open_link
from quickpoll.store.url import Address

LOOK_EVERY_S: Final = 0.1
LOOK_ANYWAY_S: Final = 15.0
ANSWER_WITHIN_S: Final = 0.5

_log: Final = logging.getLogger(__name__)


class Map(Protocol):
    """How to learn which node holds what."""

    def url(self, address: Address) -> str:
        """The URL of one who can be asked."""

    async def ask(self, link: RedisLink, asked: Address) -> bool:
        """Learns what `asked` knows; returns whether that was news.

        Raises:
            StoreError: it does not answer, or does not know.
        """

    def hint(self, reason: Exception) -> Address | None:
        """Who knows better, if a doubt tells."""

    @property
    def sources(self) -> Collection[Address]:
        """Who can be asked, as far as is known now."""


class Watch:
    """Looks again when there is doubt, and tells when the map has changed."""

    def __init__(self, map_: Map) -> None:
        self._map = map_
        self._order: list[Address] = []
        """Who is asked first, second, ..."""
        self._changed: list[Callable[[], None]] = []
        self._doubted = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when there is a map; from then on it is kept up to date until `close`.

        Raises:
            StoreError: nobody can say.
        """
        await self._look()
        self._looking = asyncio.create_task(self._run(), name="map of Redis")

    async def close(self) -> None:
        """Leaves no task behind."""
        if self._looking:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    def doubt(self, reason: Exception) -> None:
        """See `Nodes`."""
        if isinstance(reason, Refusal) and (better := self._map.hint(reason)):
            self._prefer(better)
        self._doubted.set()

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """See `Nodes`."""
        self._changed.append(changed)
        return lambda: self._changed.remove(changed)

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_ANYWAY_S):
                    await self._doubted.wait()
            except TimeoutError:
                pass
            self._doubted.clear()
            try:
                if await self._look():
                    for changed in list(self._changed):
                        changed()
            except StoreError as error:
                _log.debug("nobody can say which node of Redis holds what: %r", error)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> bool:
        """Asks until one answers; returns whether there was news."""
        known = set(self._map.sources)
        self._order = [address for address in self._order if address in known]
        self._order += known.difference(self._order)
        error: Exception = LinkLost("nobody to ask")
        for address in list(self._order):
            try:
                link = await open_link(address_of(self._map.url(address)), timeout_s=ANSWER_WITHIN_S)
                try:
                    news = await self._map.ask(link, address)
                finally:
                    link.close()
            except StoreError as failure:
                error = failure
                self._defer(address)
            else:
                if not news:
                    self._defer(address)
                return news
        raise error

    def _prefer(self, address: Address) -> None:
        if address in self._order:
            self._order.remove(address)
        self._order.insert(0, address)

    def _defer(self, address: Address) -> None:
        self._order.remove(address)
        self._order.append(address)
