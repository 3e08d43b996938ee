"""A coordinator: wiring and lifecycle only.

start -> run -> stop. Any number may run on one Redis; what this one holds in memory is only what Redis holds.
"""

import asyncio
import logging
import secrets
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from typing import Any, Final

from coordinator.batch.commit import Committer
from coordinator.batch.partition import Partition
from coordinator.owned import Owned
from coordinator.ownership.leases import Leases
from coordinator.ownership.membership import LayoutMismatch, Membership
from coordinator.ownership.presence import Presence
from coordinator.reader import Readers, Work
from coordinator.timers import Timers
from coordinator.timing import DEFAULT, CoordinatorTiming
from quickpoll.keys import COORDINATORS, GATEWAYS, PartitionKeys
from quickpoll.metrics import CoordinatorFigures
from quickpoll.settings import Failure, ProcessSettings
from quickpoll.store.clock import Clocks, ms_of
from quickpoll.store.deployment import nodes_of
from quickpoll.store.link import StoreError
from quickpoll.store.nodes import Links
from quickpoll.store.outage import Outage, Unreachable
from quickpoll.tokens import Tokens

__all__ = ["Coordinator", "LayoutMismatch"]

_log: Final = logging.getLogger(__name__)


class Coordinator:
    """One coordinator process's worth of sessions."""

    def __init__(
        self,
        redis_url: str,
        tokens: Tokens,
        settings: ProcessSettings,
        *,
        take_over: bool = False,
        timing: CoordinatorTiming = DEFAULT,
    ) -> None:
        """Builds it; nothing is opened yet.

        Args:
            redis_url: as for `quickpoll.store.url.parse`; that of `settings`, or of an embedded server.
            tokens: signs what hosts and players resume with.
            settings: those that name the coordinator as their user.
            take_over: Redis was just started by us: no other coordinator and no gateway from before this moment
                can be alive.
            timing: all its time limits.
        """
        self.id = secrets.token_urlsafe(6)
        self._built_at = asyncio.get_running_loop().time()
        self._timing = timing
        partitions = self._partition_count = settings.partitions
        self._take_over = take_over
        self._tasks: list[asyncio.Task[None]] = []
        self.figures = self._make_figures()
        self._nodes = nodes_of(redis_url, partitions)
        self._links = links = Links(self._nodes)
        self._lease_links = Links(self._nodes, timeout_s=timing.lease_reply_s)
        self._clocks = Clocks(links, sets_right=True)
        away: Unreachable = set()
        self.timers = Timers(links, self._clocks, self.figures.timer_lateness_seconds, timing, away)

        def open_partition(number: int, fence: int) -> Partition:
            return Partition(
                links,
                tokens,
                number,
                partitions,
                fence,
                settings.session_ttl * 1000,
                clock=lambda: self._clocks.of(number),
                check_invariants=settings.check_invariants,
            )

        self.partitions = Owned(partitions, open_partition, self.timers, self.figures)
        self._membership = Membership(self._lease_links, self.id, partitions, timing, away)
        self.leases = Leases(self._lease_links, self._membership, self.id, self.partitions, timing, away=away)
        self.committer = Committer(settings.durability)
        self._readers = Readers(
            Work(links, self._clocks, self.partitions, self.leases, self.committer, self.figures, timing, away)
        )
        self.partitions.watch(self._readers.wake)
        self._presence = Presence(self._lease_links, self.partitions, timing, judge_at_once=take_over, away=away)

    @property
    def owned(self) -> frozenset[int]:
        """The partitions that this coordinator owns."""
        return frozenset(partition.number for partition in self.partitions)

    async def start(self) -> None:
        """Returns once leases were tried for; from then on it runs by itself.

        Raises:
            LayoutMismatch: the sessions in Redis are in another number of partitions.
            Failure: Redis does not answer.
        """
        try:
            await self._begin()
        except BaseException:
            await self.stop()
            raise
        self._run(self._readers.run(), "readers")
        self._run(self.leases.run(), "leases")
        self._run(self._membership.listen(self.leases.hurry), "membership")
        self._run(self.timers.run(), "timers")
        self._run(self._presence.run(), "presence")
        self._run(self._clocks.keep(self.timers.arm_again), "clock")

    async def stop(self) -> None:
        """Ends after the batch under way; gives its partitions back, and leaves no task behind."""
        async with AsyncExitStack() as stack:
            for lock in self.partitions.between_batches:
                await stack.enter_async_context(lock)
            await self._end_tasks()
        with suppress(StoreError):
            await self.leases.release_all()
        await self._close()

    async def abandon(self) -> None:
        """Ends as when the process is killed: it finishes nothing, gives nothing back, and leaves no task behind."""
        await self._end_tasks()
        for number in self.owned:
            self.timers.forget(number)
        await self._close()

    async def ready(self) -> tuple[bool, str]:
        """Whether this coordinator works and all partitions have an owner, and if not, why."""
        if not self.leases.is_in_touch:
            return False, "Redis does not answer"
        if self.leases.ownerless:
            return False, f"no coordinator owns {self.leases.ownerless} of {self._partition_count} partitions"
        return True, "ready"

    async def ended(self) -> str:
        """Returns the name of a task that has ended by a bug; before `stop` none should."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().get_name()

    # -- inside -----------------------------------------------------------------------------

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _close(self) -> None:
        self._links.close()
        self._lease_links.close()
        await self._nodes.close()

    def _make_figures(self) -> CoordinatorFigures:
        return CoordinatorFigures(
            partitions_owned=lambda: len(self.partitions),
            partitions_ownerless=lambda: self.leases.ownerless,
            sessions=lambda: sum(partition.session_count for partition in self.partitions),
            sessions_in_memory=lambda: sum(partition.sessions_in_memory for partition in self.partitions),
            players=lambda: sum(partition.player_count for partition in self.partitions),
            coordinator_redis_round_trip_seconds=lambda: self._clocks.round_trip_ms / 1000,
        )

    async def _begin(self) -> None:
        clock = asyncio.get_running_loop().time
        give_up_at = clock() + self._timing.start_within_s
        outage = Outage(_log, self._timing.longest_retry_s)
        while True:
            try:
                await self._nodes.start()
                await self._clocks.synchronise()
                if self._take_over:
                    await _clear(self._links, self._partition_count, self._built_at)
                await self.leases.beat()
                await self._membership.tell()
            except StoreError as error:
                if clock() > give_up_at:
                    advice = "start it, or correct QUICKPOLL_REDIS_URL"
                    raise Failure(f"Redis does not answer ({error}); {advice}") from None
                await outage.pause(error)
            else:
                return

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        task.add_done_callback(_report)
        self._tasks.append(task)


async def _clear(links: Links, partitions: int, since: float) -> None:
    """Forgets who was alive before `since`, a moment of the event loop's clock."""
    (time_there,) = await links.ask(links.nodes.at(GATEWAYS), ("TIME",))
    began_at = ms_of(time_there) - (asyncio.get_running_loop().time() - since) * 1000
    await links.ask(links.nodes.at(COORDINATORS), ("DEL", COORDINATORS))
    await links.ask(links.nodes.at(GATEWAYS), ("ZREMRANGEBYSCORE", GATEWAYS, "-inf", began_at - 1))
    await links.ask_all({number: ("DEL", PartitionKeys(number).lease) for number in range(partitions)})


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        _log.critical("the coordinator's %s ended", task.get_name(), exc_info=error)
