"""Which coordinators share the partitions, how many each is to own, and a word to the others when that changes.

The shares differ by one at most and follow from the ids alone, so all who see the same coordinators agree on them.
Word goes through a stream: one that was not heard because Redis was away is heard afterwards, and without any the
next look, half a second later, finds the same.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any, Final

from coordinator.outage import Outage
from quickpoll.keys import COORDINATORS, HANDOVERS, LAYOUT
from quickpoll.redis import UNAVAILABLE, Client, Script
from quickpoll.settings import Failure

FORGET_MS: Final = 60_000
LISTEN_MS: Final = 5000
WORDS: Final = 64
"""How many are kept; one is enough to wake everybody."""
LAYOUT_FORMAT: Final = "1"

_log: Final = logging.getLogger(__name__)


class LayoutMismatch(Failure):
    """The sessions in this Redis were laid out in another way."""


class Membership:
    """One coordinator among all of a deployment."""

    def __init__(self, client: Client, blocking: Client, coordinator: str, partitions: int, alive_ms: int) -> None:
        """Builds it.

        Args:
            client: for commands.
            blocking: a connection of its own, to wait on; answers within `LISTEN_MS` and some.
            coordinator: the id of this coordinator.
            partitions: how many there are.
            alive_ms: for how long a sign of life counts.
        """
        self._client = client
        self._blocking = blocking
        self._coordinator = coordinator
        self._partitions = partitions
        self._alive_ms = alive_ms
        self._script = Script(client, "coordinator", "scripts/attend.lua")

    async def attend(self) -> int:
        """Shows that this coordinator lives, and returns how many partitions are its share.

        Raises:
            RedisError: Redis is away.
            LayoutMismatch: the sessions there are in another number of partitions.
        """
        await self._check_layout()
        (alive,) = await self._script.run([([COORDINATORS], [self._coordinator, self._alive_ms, FORGET_MS])])
        if isinstance(alive, Exception):
            raise alive
        return share(self._coordinator, [member.decode() for member in alive], self._partitions)

    async def leave(self) -> None:
        """Counts for nothing from now on; raises what the client raises."""
        await self._client.zrem(COORDINATORS, self._coordinator)

    async def tell(self) -> None:
        """Lets the others look at once: one has come or gone, or partitions are free; raises what the client raises."""
        await self._client.xadd(HANDOVERS, {"by": self._coordinator}, maxlen=WORDS, approximate=True)

    async def listen(self, heard: Callable[[], None]) -> None:
        """Calls `heard` at each word of others, for ever."""
        outage = Outage(_log)
        offset = "$"
        while True:
            try:
                if offset == "$":  # as an ID: what is said between two reads is not to be missed
                    offset = await self._last_word()
                words = await self._words_after(offset)
            except UNAVAILABLE as error:
                await outage.pause(error)
                continue
            outage.over()
            if words:
                offset = words[-1][0].decode()
            if any(fields[b"by"].decode() != self._coordinator for _, fields in words):
                heard()

    async def _last_word(self) -> str:
        words: Any = await self._client.xrevrange(HANDOVERS, count=1)
        return words[0][0].decode() if words else "0-0"

    async def _words_after(self, offset: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
        found: Any = await self._blocking.xread({HANDOVERS: offset}, count=WORDS, block=LISTEN_MS)
        if isinstance(found, dict):  # protocol 3: one list of entries for each stream, in a list
            ((words,),) = found.values() or ([[]],)
            return list(words)
        return [word for _, words in found or () for word in words]

    async def _check_layout(self) -> None:
        """The first coordinator on an empty Redis writes the layout, the others compare theirs with it."""
        ours = (str(self._partitions), LAYOUT_FORMAT)
        stored: Any = await self._client.hmget(LAYOUT, ["partitions", "format"])
        if None in stored:
            pipeline = self._client.pipeline(transaction=False)
            pipeline.hsetnx(LAYOUT, "partitions", ours[0])
            pipeline.hsetnx(LAYOUT, "format", ours[1])
            pipeline.hmget(LAYOUT, ["partitions", "format"])
            stored = (await pipeline.execute())[-1]
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
