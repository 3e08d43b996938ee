"""Which partitions this coordinator owns: takes, renews and gives back leases, so that all coordinators share evenly.

An owner acts only while its lease is valid by its own monotonic clock, with a margin; that two owners never both
commit is the work of the fence, which grows with each taking. A partition is given back between two batches,
and word of it is given, so that its next owner does not wait for the next look.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast
from zlib import crc32

from coordinator.ownership.membership import LayoutMismatch, Membership
from coordinator.timing import DEFAULT, CoordinatorTiming
from quickpoll.beat import until_beat
from quickpoll.keys import PartitionKeys
from quickpoll.store.link import Refusal, StoreError
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links, at_once, by_node
from quickpoll.store.outage import Outage, Unreachable
from quickpoll.store.script import Call, Script

_log: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class Lease:
    """The right to one partition. `valid_until` is a moment of the monotonic clock, in seconds."""

    fence: int
    valid_until: float


class LeaseOwner(Protocol):
    """Works for the partitions whose leases are held."""

    @property
    def between_batches(self) -> Sequence[asyncio.Lock]:
        """For each partition: held while a batch of it is under way."""

    def gained(self, number: int, fence: int) -> None:
        """A lease was taken, under this fence."""

    def lost(self, number: int) -> None:
        """A lease has ended."""


class Leases:
    """The leases of one coordinator."""

    def __init__(
        self,
        links: Links,
        membership: Membership,
        coordinator: str,
        owner: LeaseOwner,
        timing: CoordinatorTiming = DEFAULT,
        clock: Callable[[], float] | None = None,
        away: Unreachable | None = None,
    ) -> None:
        """Builds it.

        Args:
            links: answer in less than the time that a lease lasts.
            membership: knows the share of this coordinator.
            coordinator: the id of this coordinator.
            owner: works for the partitions whose leases are held.
            timing: how long a lease lasts, and how often it is renewed.
            clock: a monotonic clock, in seconds; None: the event loop's.
            away: the parts of this process that cannot reach Redis.
        """
        self._links = links
        self._membership = membership
        self._coordinator = coordinator
        self._owner = owner
        self._timing = timing
        self._clock = clock or asyncio.get_running_loop().time
        partitions = len(owner.between_batches)
        self._keys = [PartitionKeys(number) for number in range(partitions)]
        # Coordinators start at different places, so that they do not reach for the same leases.
        start = crc32(coordinator.encode()) % partitions
        self.order: Final = [(start + step) % partitions for step in range(partitions)]
        """In which this coordinator reaches for partitions; it gives the last ones back first."""
        self._script = Script("coordinator", "scripts/lease.lua")
        self._leases: dict[int, Lease] = {}
        self._heard: dict[int, int] = {}
        """The last fence of each partition that was ours."""
        self._hurry = asyncio.Event()
        self._outage = Outage(_log, timing.renew_every_s, away)
        self.ownerless = partitions
        """How many partitions nobody owned when it was last looked."""

    @property
    def is_in_touch(self) -> bool:
        """Whether the last beat reached Redis."""
        return not self._outage.is_on

    def holds(self, number: int) -> bool:
        """Whether this coordinator may act for a partition now."""
        lease = self._leases.get(number)
        return lease is not None and self._clock() < lease.valid_until

    async def run(self) -> None:
        """Beats until cancelled; while Redis is away, or has another layout, it goes on trying."""
        while True:
            self._hurry.clear()
            try:
                lost_some = await self.beat()
            except (StoreError, LayoutMismatch) as error:
                self._drop_expired()
                await self._outage.pause(error)
            else:
                self._outage.over()
                if not lost_some:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(until_beat(self._timing.renew_every_s)):
                            await self._hurry.wait()

    def hurry(self) -> None:
        """Others have come, gone, or given something back: the next beat is due now."""
        self._hurry.set()

    async def beat(self) -> bool:
        """Shows that this coordinator lives, renews what it owns, and takes or gives back until the share is even.

        Returns:
            Whether a lease was lost, so that another beat should follow at once.

        Raises:
            StoreError: all of Redis is away.
            LayoutMismatch: the sessions there are in another number of partitions.
        """
        self._drop_expired()
        # At the same time, so that a node that is away keeps no lease on another one from being renewed.
        outcomes = await asyncio.gather(self._renew(), self._look(), self._attend(), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        lost_some, free, _ = cast(tuple[bool, list[int], None], outcomes)
        await self.take(free, self._membership.share)
        await self._give_back(self._membership.share)
        self.ownerless = len(set(free) - self._leases.keys())
        return lost_some

    async def take(self, free: Iterable[int], share: int) -> None:
        """Reaches for what is free until the share is full; another may be quicker each time.

        Raises:
            StoreError: all of Redis is away.
        """
        before = len(self._leases)
        wanted = set(free)
        rest = [number for number in self.order if number in wanted]
        while rest and (missing := share - len(self._leases)) > 0:
            numbers, rest = rest[:missing], rest[missing:]
            sent = self._clock()
            for number, fence in (await self._call("acquire", {n: self._heard.get(n, 0) for n in numbers})).items():
                if fence:
                    self._leases[number] = Lease(fence, sent + self._timing.lease_valid_s)
                    self._heard[number] = fence
                    self._owner.gained(number, fence)
        if len(self._leases) > before:
            _log.info("owns %d of %d partitions", len(self._leases), len(self._keys))

    def forget(self, number: int) -> None:
        """A commit was fenced: another coordinator has the partition."""
        self._end(number, "partition %d is another coordinator's")

    def retake(self, number: int) -> None:
        """Redis has lost what was said under the fence of a partition: what follows has to have a greater one."""
        self._end(number, "Redis has lost the latest of partition %d; it goes on from before that")
        self.hurry()

    async def release_all(self) -> None:
        """Gives everything back, so that others can take it at once; raises what the links raise."""
        numbers = list(self._leases)
        for number in numbers:
            self._owner.lost(number)
        try:
            await self._membership.leave()
        finally:
            await self._release(numbers)

    # -- parts of a beat --------------------------------------------------------------------

    async def _attend(self) -> None:
        """Learns the share; while the one node that knows who lives is away, the last one stands."""
        try:
            await self._membership.attend()
        except StoreError:
            if not self._membership.share:
                raise

    async def _renew(self) -> bool:
        sent = self._clock()
        lost_some = False
        for number, fence in (await self._call("renew", self._fences(self._leases))).items():
            lease = self._leases.get(number)
            if lease is None:
                continue  # a commit was fenced in between
            if fence == lease.fence:
                lease.valid_until = sent + self._timing.lease_valid_s
            else:
                self.forget(number)
                lost_some = True
        return lost_some

    async def _look(self) -> list[int]:
        """The partitions that could be taken, in the order in which this coordinator reaches for them."""
        others = [number for number in self.order if number not in self._leases]
        found = await self._links.ask_all({number: ("GET", self._keys[number].lease) for number in others})
        holders = _answered(found)
        # A lease under our own id that we do not know of is one whose reply was lost.
        own = self._coordinator.encode() + b":"
        return [number for number, holder in holders.items() if holder is None or holder.startswith(own)]

    async def _give_back(self, share: int) -> None:
        excess = [number for number in self.order if number in self._leases][share:]
        if not excess:
            return
        idle: list[int] = []

        async def let_go(number: int) -> None:
            async with self._owner.between_batches[number]:
                if number in self._leases:
                    self._owner.lost(number)
                    idle.append(number)

        with suppress(TimeoutError):  # the others are given back at the next beat
            async with asyncio.timeout(self._timing.give_back_within_s):
                await asyncio.gather(*map(let_go, excess))
        if idle:
            await self._release(idle)
            _log.info("gave back %d partitions, owns %d of %d", len(idle), len(self._leases), len(self._keys))

    def _end(self, number: int, why: str) -> None:
        if self._leases.pop(number, None):
            _log.warning(why, number)
            self._owner.lost(number)

    async def _release(self, numbers: Iterable[int]) -> None:
        leases = {number: lease for number in numbers if (lease := self._leases.pop(number, None))}
        if leases:
            await self._call("release", self._fences(leases))
            await self._membership.tell()

    def _drop_expired(self) -> None:
        now = self._clock()
        expired = [number for number, lease in self._leases.items() if lease.valid_until <= now]
        if expired:
            _log.warning("the leases of %d partitions ran out", len(expired))
        for number in expired:
            del self._leases[number]
            self._owner.lost(number)

    async def _call(self, action: str, fences: Mapping[int, int]) -> dict[int, int]:
        """What the script says, by partition; those of a node that is away are left out.

        Raises:
            StoreError: all nodes are away.
        """
        groups = by_node(self._links.nodes, fences)
        outcomes = await at_once(
            self._call_at(node, action, {number: fences[number] for number in numbers})
            for node, numbers in groups.items()
        )
        return _answered({number: reply for outcome in outcomes for number, reply in outcome.items()})

    async def _call_at(self, node: Node, action: str, fences: Mapping[int, int]) -> dict[int, Any]:
        groups = [[number] for number in fences] if self._links.nodes.apart else [list(fences)]
        calls: list[Call] = []
        for group in groups:
            names = [name for number in group for name in (self._keys[number].lease, self._keys[number].fence)]
            calls.append(
                (names, [action, self._coordinator, self._timing.lease_ms, *(fences[number] for number in group)])
            )
        try:
            results = await self._script.run(await self._links.to(node), calls)
        except StoreError as error:
            self._links.nodes.doubt(error)
            return dict.fromkeys(fences, error)
        replies: dict[int, Any] = {}
        for group, result in zip(groups, results, strict=True):
            if isinstance(result, Refusal):
                self._links.nodes.doubt(result)
                replies |= dict.fromkeys(group, result)
            else:
                replies |= zip(group, result, strict=True)
        return replies

    @staticmethod
    def _fences(leases: Mapping[int, Lease]) -> dict[int, int]:
        return {number: lease.fence for number, lease in leases.items()}


def _answered(replies: Mapping[int, Any]) -> dict[int, Any]:
    """The successful replies; raises the first failure if all failed."""
    answered = {number: reply for number, reply in replies.items() if not isinstance(reply, Exception)}
    if replies and not answered:
        raise next(iter(replies.values()))
    return answered
