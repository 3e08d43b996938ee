"""Which coordinators share the partitions, how many each is to own, and a word to the others when that changes.

The shares differ by one at most and follow from the ids alone, so all who see the same coordinators agree on them.
Word goes through a stream: one that was not heard because Redis was away is heard afterwards, and without any the
next look, half a second later, finds the same.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final, cast

from coordinator.batch.entries import read_streams
from coordinator.timing import DEFAULT, CoordinatorTiming
from quickpoll.keys import COORDINATORS, HANDOVERS, LAYOUT
from quickpoll.settings import Failure
from quickpoll.store.link import RedisLink, StoreError
from quickpoll.store.nodes import Links, open_node
from quickpoll.store.outage import Outage, Unreachable
from quickpoll.store.script import Script

WORDS: Final = 64
"""How many are kept; one is enough to wake everybody."""
LAYOUT_FORMAT: Final = "1"

_log: Final = logging.getLogger(__name__)


class LayoutMismatch(Failure):
    """The sessions in this Redis were laid out in another way."""


class Membership:
    """One coordinator among all of a deployment."""

    def __init__(
        self,
        links: Links,
        coordinator: str,
        partitions: int,
        timing: CoordinatorTiming = DEFAULT,
        away: Unreachable | None = None,
    ) -> None:
        """Builds it.

        Args:
            links: for commands.
            coordinator: the id of this coordinator.
            partitions: how many there are.
            timing: how long a sign of life counts.
            away: the parts of this process that cannot reach Redis.
        """
        self._links = links
        self._coordinator = coordinator
        self._partitions = partitions
        self._timing = timing
        self._away = away
        self._script = Script("coordinator", "scripts/attend.lua")
        self._link: RedisLink | None = None
        self.share = 0
        """How many partitions this coordinator is to own, as it was last learned; 0: not yet."""
        self._share_stands_until = float("-inf")
        """A moment of the event loop's clock: on a new connection others may not have attended yet."""
        self._heard_to = ""
        """ID of the last word that was heard; empty before our first one."""

    async def attend(self) -> int:
        """Shows that this coordinator lives, and returns how many partitions are its share.

        Raises:
            StoreError: Redis is away.
            LayoutMismatch: the sessions there are in another number of partitions.
        """
        clock = asyncio.get_running_loop().time
        link = await self._links.to(self._links.nodes.at(COORDINATORS))
        if link is not self._link:
            if self._link:
                self._share_stands_until = clock() + self._timing.lease_ms / 1000
            self._link = link
        # Whoever is not known there may be at another Redis, or at one that has lost its data.
        alive = await self._attend("XX")
        if not alive:
            await self._check_layout()
            alive = await self._attend("NX")
        if not self.share or clock() >= self._share_stands_until:
            self.share = share(self._coordinator, [member.decode() for member in alive], self._partitions)
        return self.share

    async def leave(self) -> None:
        """Counts for nothing from now on; raises what the links raise."""
        await self._links.ask(self._links.nodes.at(COORDINATORS), ("ZREM", COORDINATORS, self._coordinator))

    async def tell(self) -> None:
        """Lets the others look at once: one has come or gone, or partitions are free; raises what the links raise."""
        word = ("XADD", HANDOVERS, "MAXLEN", "~", WORDS, "*", "by", self._coordinator)
        (said,) = await self._links.ask(self._links.nodes.at(HANDOVERS), word)
        self._heard_to = self._heard_to or said.decode()

    async def listen(self, heard: Callable[[], None]) -> None:
        """Calls `heard` at each word of others since our first one, until cancelled."""
        outage = Outage(_log, self._timing.longest_retry_s, self._away)
        while True:
            try:
                if not self._heard_to:
                    await self.tell()
                link = await open_node(self._links.nodes.at(HANDOVERS))
                outage.over()  # not when it has heard something: that may take long
                try:
                    while True:
                        if await self._hear(link):
                            heard()
                finally:
                    link.close()
            except StoreError as error:
                self._links.nodes.doubt(error)
                await outage.pause(error)

    async def _hear(self, link: RedisLink) -> bool:
        """Waits for the next words; returns whether one is of somebody else."""
        found = await read_streams(link, {HANDOVERS: self._heard_to}, count=WORDS, block_ms=self._timing.listen_ms)
        words = found.get(HANDOVERS, [])
        if words:
            self._heard_to = words[-1][0].decode()
        return any(self._coordinator.encode() not in fields for _, fields in words)

    async def _attend(self, which: str) -> list[bytes]:
        """Who lives; nobody if `which` is `XX` and this coordinator is not known."""
        node = self._links.nodes.at(COORDINATORS)
        arguments = [self._coordinator, which, self._timing.lease_ms, self._timing.forget_after_ms]
        return cast(list[bytes], await self._script.run_on(self._links, node, ([COORDINATORS], arguments)))

    async def _check_layout(self) -> None:
        """The first coordinator on an empty Redis writes the layout, the others compare theirs with it."""
        ours = (str(self._partitions), LAYOUT_FORMAT)
        node, look = self._links.nodes.at(LAYOUT), ("HMGET", LAYOUT, "partitions", "format")
        (stored,) = await self._links.ask(node, look)
        if None in stored:
            written = (("HSETNX", LAYOUT, "partitions", ours[0]), ("HSETNX", LAYOUT, "format", ours[1]))
            *_, stored = await self._links.ask(node, *written, look)
        partitions, layout_format = (value.decode() for value in stored)
        if partitions != ours[0]:
            raise LayoutMismatch(
                f"the sessions there are in {partitions} partitions, not {ours[0]}; "
                f"set QUICKPOLL_PARTITIONS to {partitions}, or use another Redis or data folder"
            )
        if layout_format != ours[1]:
            raise LayoutMismatch(
                f"the sessions there are laid out in format {layout_format}, this version knows {LAYOUT_FORMAT}; "
                "use the version that made them, or another Redis or data folder"
            )


def share(coordinator: str, alive: Iterable[str], partitions: int) -> int:
    """How many partitions a coordinator is to own; the shares of all that are alive add up to all partitions."""
    members = sorted({*alive, coordinator})
    each, rest = divmod(partitions, len(members))
    return each + (members.index(coordinator) < rest)
