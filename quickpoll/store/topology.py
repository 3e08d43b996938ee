"""What Cluster and Sentinels have in common: the nodes that hold data change, and some server can be asked about it.

Promises: each doubt is followed by a look, and looks are at least `WatchTimes.look_every_s` apart; without any doubt it
looks every now and then. A look that brings nothing leaves the map as it was. A server that answers and has no news is
asked last the next time: what it knows may be out of date.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Protocol

from quickpoll.store.link import LinkLost, RedisLink, Refusal, StoreError, open_link
from quickpoll.store.node import Node

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class WatchTimes:
    """How often the map is looked at."""

    look_every_s: float = 0.1
    """Between two looks, however many doubts there are."""
    look_anyway_s: float = 15.0
    """Without any doubt."""
    answer_within_s: float = 0.5
    """How long each is waited for that is asked."""


WATCH_TIMES: Final = WatchTimes()


class Map(Protocol):
    """How to learn which node holds what."""

    async def ask(self, link: RedisLink, asked: Node) -> bool:
        """Learns what `asked` knows; returns whether that was news.

        Raises:
            StoreError: it does not answer, or does not know.
        """

    def hint(self, reason: Exception) -> Node | None:
        """Who knows better, if a doubt tells."""

    @property
    def sources(self) -> Collection[Node]:
        """Who can be asked, as far as is known now."""


class Watch:
    """Looks again when there is doubt, and tells when the map has changed."""

    def __init__(self, map_: Map, times: WatchTimes = WATCH_TIMES) -> None:
        self._map = map_
        self._times = times
        self._order: list[Node] = []
        """Who is asked first, second, ..."""
        self._changed: list[Callable[[], None]] = []
        self._doubted = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when there is a map; from then on it is kept up to date until `close`. May be called again.

        Raises:
            StoreError: nobody can say.
        """
        await self._look()
        if self._looking is None:
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
                async with asyncio.timeout(self._times.look_anyway_s):
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
            await asyncio.sleep(self._times.look_every_s)

    async def _look(self) -> bool:
        """Asks until one answers; returns whether there was news."""
        known = set(self._map.sources)
        self._order = [node for node in self._order if node in known]
        self._order += known.difference(self._order)
        error: Exception = LinkLost("nobody to ask")
        for node in list(self._order):
            try:
                link = await open_link(node, timeout_s=self._times.answer_within_s)
                try:
                    news = await self._map.ask(link, node)
                finally:
                    link.close()
            except StoreError as failure:
                error = failure
                self._defer(node)
            else:
                if not news:
                    self._defer(node)
                return news
        raise error

    def _prefer(self, node: Node) -> None:
        if node in self._order:
            self._order.remove(node)
        self._order.insert(0, node)

    def _defer(self, node: Node) -> None:
        self._order.remove(node)
        self._order.append(node)
