"""Which partitions this coordinator owns: takes, renews and gives back leases, so that all coordinators share evenly.

An owner acts only while its lease is valid by its own monotonic clock, with a margin; that two owners never both
commit is the work of the fencing token, which grows with each taking. A partition is given back between two batches.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final
from zlib import crc32

from coordinator.outage import Outage
from quickpoll.keys import COORDINATORS, LAYOUT, PartitionKeys
from quickpoll.redis import UNAVAILABLE, Client, Script, time_ms
from quickpoll.settings import Failure

TTL_MS: Final = 2000
MARGIN_S: Final = 0.4
BEAT_EVERY_S: Final = 0.5
ALIVE_MS: Final = TTL_MS
"""A coordinator that could not beat for as long as a lease lasts has none left."""
FORGET_MS: Final = 60_000
LAYOUT_FORMAT: Final = "1"

_log: Final = logging.getLogger(__name__)


class LayoutMismatch(Failure):
    """The sessions in this Redis were laid out in another way."""


@dataclass(slots=True)
class Lease:
    """The right to one partition. `valid_until` is a moment of the monotonic clock, in seconds."""

    token: int
    valid_until: float


class Leases:
    """The leases of one coordinator."""

    def __init__(
        self,
        client: Client,
        coordinator: str,
        partitions: int,
        between_batches: asyncio.Lock,
        gained: Callable[[int, int], None],
        lost: Callable[[int], None],
    ) -> None:
        """Builds it.

        Args:
            client: answers in less than the time that a lease lasts.
            coordinator: the id of this coordinator.
            partitions: how many there are.
            between_batches: held while no batch may be under way.
            gained: called with a partition and its fencing token.
            lost: called with a partition that is not ours any more.
        """
        self._client = client
        self._coordinator = coordinator
        self._between_batches = between_batches
        self._gained = gained
        self._lost = lost
        self._keys = [PartitionKeys(number) for number in range(partitions)]
        # Coordinators start at different places, so that they do not reach for the same leases.
        start = crc32(coordinator.encode()) % partitions
        self._order = [(start + step) % partitions for step in range(partitions)]
        self._script = Script(client, "coordinator", "scripts/lease.lua")
        self._leases: dict[int, Lease] = {}
        self._outage = Outage(_log)
        self.ownerless = partitions
        """How many partitions nobody owned when it was last looked."""

    @property
    def is_in_touch(self) -> bool:
        """Whether the last beat reached Redis."""
        return not self._outage.is_on

    def holds(self, number: int) -> bool:
        """Whether this coordinator may act for a partition now."""
        lease = self._leases.get(number)
        return lease is not None and monotonic() < lease.valid_until

    async def run(self) -> None:
        """Beats, for ever; while Redis is away, or laid out anew, it goes on trying."""
        while True:
            try:
                lost_some = await self.beat()
            except (*UNAVAILABLE, LayoutMismatch) as error:
                self._drop_expired()
                await self._outage.pause(error)
            else:
                self._outage.over()
                await asyncio.sleep(0 if lost_some else BEAT_EVERY_S)

    async def beat(self) -> bool:
        """Shows that this coordinator lives, renews what it owns, and takes or gives back until the share is even.

        Returns:
            Whether a lease was lost, so that another beat should follow at once.

        Raises:
            RedisError: Redis is away.
            LayoutMismatch: the sessions there are in another number of partitions.
        """
        self._drop_expired()
        now = await time_ms(self._client)
        pipeline = self._client.pipeline(transaction=False)
        pipeline.hsetnx(LAYOUT, "partitions", str(len(self._keys)))
        pipeline.hsetnx(LAYOUT, "format", LAYOUT_FORMAT)
        pipeline.hmget(LAYOUT, ["partitions", "format"])
        pipeline.zadd(COORDINATORS, {self._coordinator: now})
        pipeline.zremrangebyscore(COORDINATORS, "-inf", now - FORGET_MS)
        pipeline.zcount(COORDINATORS, now - ALIVE_MS, "+inf")
        for keys in self._keys:
            pipeline.get(keys.lease)
        _, _, layout, _, _, alive, *holders = await pipeline.execute()
        self._check_layout(*(int(value) for value in layout))
        share = -(-len(self._keys) // alive)
        lost_some = await self._renew()
        # A lease under our own id that we do not know of is one whose reply was lost.
        own = self._coordinator.encode() + b":"
        free = {number for number, holder in enumerate(holders) if holder is None or holder.startswith(own)}
        await self._take([number for number in self._order if number in free - self._leases.keys()], share)
        await self._give_back(share)
        self.ownerless = len(free - self._leases.keys())
        return lost_some

    def forget(self, number: int) -> None:
        """A commit was fenced: another coordinator has the partition."""
        if self._leases.pop(number, None):
            _log.warning("partition %d is another coordinator's", number)
            self._lost(number)

    async def release_all(self) -> None:
        """Gives everything back, so that others can take it at once; raises what the client raises."""
        numbers = list(self._leases)
        leases = [(number, self._leases.pop(number)) for number in numbers]
        for number in numbers:
            self._lost(number)
        await self._client.zrem(COORDINATORS, self._coordinator)
        if leases:
            await self._script.run([self._call("release", number, lease.token) for number, lease in leases])

    # -- parts of a beat --------------------------------------------------------------------

    async def _renew(self) -> bool:
        numbers = list(self._leases)
        if not numbers:
            return False
        sent = monotonic()
        results = await self._script.run([self._call("renew", n, self._leases[n].token) for n in numbers])
        lost_some = False
        for number, result in zip(numbers, results, strict=True):
            lease = self._leases.get(number)
            if lease is None:
                continue  # fenced meanwhile
            if result == lease.token:
                lease.valid_until = _valid_until(sent)
            elif not isinstance(result, Exception):
                self.forget(number)
                lost_some = True
        return lost_some

    async def _take(self, free: list[int], share: int) -> None:
        numbers = free[: max(0, share - len(self._leases))]
        if not numbers:
            return
        sent = monotonic()
        results = await self._script.run([self._call("acquire", number, 0) for number in numbers])
        for number, token in zip(numbers, results, strict=True):
            if isinstance(token, int) and token:
                self._leases[number] = Lease(token, _valid_until(sent))
                self._gained(number, token)
        if any(number in self._leases for number in numbers):
            _log.info("owns %d of %d partitions", len(self._leases), len(self._keys))

    async def _give_back(self, share: int) -> None:
        excess = [number for number in self._order if number in self._leases][share:]
        if not excess:
            return
        async with self._between_batches:
            leases = [(number, self._leases.pop(number)) for number in excess if number in self._leases]
            for number, _ in leases:
                self._lost(number)
        await self._script.run([self._call("release", number, lease.token) for number, lease in leases])
        _log.info("gave back %d of %d partitions", len(leases), len(self._keys))

    def _drop_expired(self) -> None:
        """Gives up what we may not act for: after a long pause another coordinator may have it."""
        for number in list(self._leases):
            if not self.holds(number):
                del self._leases[number]
                self._lost(number)

    def _call(self, operation: str, number: int, token: int) -> tuple[list[str], list[str | int]]:
        keys = self._keys[number]
        return [keys.lease, keys.token], [operation, self._coordinator, token, TTL_MS]

    def _check_layout(self, partitions: int, layout_format: int) -> None:
        if partitions != len(self._keys):
            raise LayoutMismatch(
                f"the sessions there are in {partitions} partitions, not {len(self._keys)}; "
                f"set QUICKPOLL_PARTITIONS to {partitions}, or use another Redis or data folder"
            )
        if layout_format != int(LAYOUT_FORMAT):
            raise LayoutMismatch(
                f"the sessions there are laid out in format {layout_format}, this version knows {LAYOUT_FORMAT}; "
                "use the version that made them, or another Redis or data folder"
            )


def _valid_until(sent: float) -> float:
    return sent + TTL_MS / 1000 - MARGIN_S
