"""Redis time as the one clock of a session: that of the node that holds it.

The difference to this process's monotonic clock is measured by the quickest of several round trips,
and moves between samples with the monotonic clock: steps of the wall clock have no effect.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from quickpoll.store.link import RedisLink, Refusal, StoreError
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links

SAMPLES: Final = 5


@dataclass(frozen=True)
class ClockTimes:
    """How often the clocks are measured."""

    every_s: float = 30.0
    again_s: float = 1.0
    """After a failure, and while a node was never measured."""


CLOCK_TIMES: Final = ClockTimes()

_log: Final = logging.getLogger(__name__)


class RedisClock:
    """Tells the time of one node without asking it each time."""

    def __init__(self, monotonic: Callable[[], float] | None = None) -> None:
        """Goes by this process's wall clock until it was measured.

        Args:
            monotonic: what moves it between two measurements, in seconds; None: the event loop's clock.
        """
        self._monotonic = monotonic or asyncio.get_running_loop().time
        self._offset_ms = time.time() * 1000 - self._monotonic() * 1000
        self.round_trip_ms = float("inf")

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch by Redis's clock; off by half a round trip at most."""
        return int(self._monotonic() * 1000 + self._offset_ms)

    def seconds_until(self, moment_ms: int) -> float:
        """How long it is until a moment of Redis's clock; negative if it has passed."""
        return (moment_ms - self._offset_ms) / 1000 - self._monotonic()

    async def synchronise(self, link: RedisLink) -> None:
        """Measures the difference again.

        Raises:
            StoreError: the node does not tell the time now.
        """
        best = float("inf")
        for _ in range(SAMPLES):
            sent = self._monotonic() * 1000
            (there,) = await link.call([("TIME",)])
            back = self._monotonic() * 1000
            if isinstance(there, Refusal):
                raise there
            if back - sent < best:
                # Redis truncates to whole milliseconds: half of one is the expected rest.
                best, offset = back - sent, ms_of(there) + 0.5 - (sent + back) / 2
        self.round_trip_ms, self._offset_ms = best, offset


class Clocks:
    """The clocks of all nodes."""

    def __init__(self, links: Links, times: ClockTimes = CLOCK_TIMES) -> None:
        self._links = links
        self._times = times
        self._clocks: defaultdict[Node, RedisClock] = defaultdict(RedisClock)

    def of(self, partition: int) -> RedisClock:
        """The clock by which the sessions of a partition go."""
        return self._clocks[self._links.nodes.of(partition)]

    @property
    def round_trip_ms(self) -> float:
        """The longest to any node, of the quickest to each; infinite before it was measured."""
        return max((self._clocks[node].round_trip_ms for node in self._links.nodes.all), default=float("inf"))

    def roughly_ms(self) -> int:
        """Milliseconds since the Unix epoch by the clock of some node, for what needs no exact moment."""
        return self.of(0).now_ms()

    async def synchronise(self) -> None:
        """Measures all again; raises what the links raise if none of them answers."""
        nodes = list(self._links.nodes.all)
        outcomes = await asyncio.gather(*map(self._synchronise, nodes), return_exceptions=True)
        failures = [outcome for outcome in outcomes if outcome is not None]
        if len(failures) == len(nodes):
            raise failures[0]
        for failure in failures:
            _log.debug("a clock was not synchronised: %r", failure)

    async def keep(self, synchronised: Callable[[], None] = lambda: None) -> None:
        """Measures now and then, and when the map of nodes has changed, until cancelled; then calls `synchronised`."""
        changed = asyncio.Event()
        unwatch = self._links.nodes.watch(changed.set)
        failed = False
        try:
            while True:
                # One that was never measured goes by our own clock, whatever that is worth.
                soon = failed or self.round_trip_ms == float("inf")
                pause_s = self._times.again_s if soon else self._times.every_s
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause_s):
                        await changed.wait()
                changed.clear()
                try:
                    await self.synchronise()
                except StoreError as error:
                    _log.debug("the clocks were not synchronised: %r", error)
                    failed = True
                else:
                    failed = False
                    synchronised()
        finally:
            unwatch()

    async def _synchronise(self, node: Node) -> None:
        await self._clocks[node].synchronise(await self._links.to(node))


def ms_of(reply: Sequence[bytes]) -> int:
    """The reply to `TIME`, in milliseconds since the Unix epoch."""
    seconds, microseconds = reply
    return int(seconds) * 1000 + int(microseconds) // 1000
