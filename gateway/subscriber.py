"""What is subscribed: the replies to this gateway, and each session that has connections here.

A `Listener` of one feed for each node of Redis. Promises: messages of a session are passed on in order, and
whenever some may have been missed `restored` is called. Handlers must not wait.
"""

import asyncio
import logging
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from gateway.feed import Feed
from gateway.timing import Timing
from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.metrics import Distribution
from quickpoll.store.node import Node
from quickpoll.store.nodes import Nodes, on_each
from quickpoll.store.outage import Unreachable

_log: Final = logging.getLogger(__name__)


@dataclass
class Interest:
    """Why a session's channel is subscribed, and by how many."""

    code: str
    partition: int
    confirmed: asyncio.Future[None]
    """Done while the channel is subscribed; cancelled when nobody needs it any more."""
    holders: int = 0
    leaving: asyncio.TimerHandle | None = None


class Handlers(NamedTuple):
    """Who gets what."""

    replies: Callable[[bytes], None]
    """Each `envelope.Replies`, encoded."""
    step: Callable[[str, bytes], None]
    """A session's code and each of its `envelope.Step`s, encoded."""
    restored: Callable[[], None]
    """Something is subscribed (again): what was published before may have been missed."""


class Subscriber:
    """Keeps the subscriptions of one gateway."""

    def __init__(
        self, nodes: Nodes, gateway: str, partitions: int, lag: Distribution, timing: Timing, away: Unreachable
    ) -> None:
        """`lag` counts how long what is published takes to be heard."""
        self._timing = timing
        self._away = away
        self._nodes = nodes
        self._lag = lag
        self._partitions = [PartitionKeys(number) for number in range(partitions)]
        self._replies = {keys.replies(gateway): keys.number for keys in self._partitions}
        """The partition of each channel for replies."""
        self._interests: dict[str, Interest] = {}
        """By channel."""
        self._feeds: dict[Node, Feed] = {}
        self._live = asyncio.Event()
        self._handlers: Handlers

    @property
    def is_live(self) -> bool:
        """Whether all channels of some node are subscribed: losing another one must not make this gateway unready."""
        return self._live.is_set()

    async def live(self) -> None:
        """Returns when this gateway hears of something."""
        await self._live.wait()

    def hold(self, code: str) -> asyncio.Future[None]:
        """Asks for a session's channel until `release`; the future is done when it is subscribed."""
        partition = partition_of(code, len(self._partitions))
        channel = self._partitions[partition].channel(code)
        interest = self._interests.get(channel)
        if interest is None:
            confirmed = asyncio.get_running_loop().create_future()
            interest = self._interests[channel] = Interest(code, partition, confirmed)
            feed = self._feeds.get(self._nodes.of(partition))
            if feed and feed.hears(channel):  # dropped just now, and Redis has not been told yet
                confirmed.set_result(None)
            self._ask(partition)
        if interest.leaving:
            interest.leaving.cancel()
            interest.leaving = None
        interest.holders += 1
        return interest.confirmed

    def release(self, code: str) -> None:
        """Takes back one `hold`; the subscription ends some seconds after the last."""
        partition = partition_of(code, len(self._partitions))
        channel = self._partitions[partition].channel(code)
        interest = self._interests[channel]
        interest.holders -= 1
        if interest.holders == 0:
            interest.leaving = asyncio.get_running_loop().call_later(self._timing.linger_s, self._drop, channel)

    async def run(self, handlers: Handlers) -> None:
        """Subscribes and passes messages on, until it is cancelled."""
        self._handlers = handlers
        unwatch = self._nodes.watch(self._rearrange)
        try:
            await on_each(self._nodes, self._follow)
        finally:
            unwatch()

    def close(self) -> None:
        """Leaves nobody waiting; `run` must have been cancelled."""
        for interest in self._interests.values():
            interest.confirmed.cancel()
            if interest.leaving:
                interest.leaving.cancel()

    # -- as its feeds see it ----------------------------------------------------------------

    def wanted(self, node: Node) -> AbstractSet[str]:
        """See `Listener`."""
        of = self._nodes.of
        interests = {channel for channel, interest in self._interests.items() if of(interest.partition) == node}
        return interests | {channel for channel, partition in self._replies.items() if of(partition) == node}

    def confirmed(self, channel: str) -> None:
        """See `Listener`."""
        interest = self._interests.get(channel)
        if interest and not interest.confirmed.done():
            interest.confirmed.set_result(None)

    def heard(self, channel: str, data: bytes) -> None:
        """See `Listener`."""
        if channel in self._replies:
            _guard(self._handlers.replies, data)
        elif interest := self._interests.get(channel):
            _guard(self._handlers.step, interest.code, data)

    def restored(self) -> None:
        """See `Listener`."""
        self._see_whether_live()
        _guard(self._handlers.restored)

    def interrupted(self, node: Node) -> None:
        """See `Listener`."""
        self._see_whether_live()
        for interest in self._interests.values():
            if interest.confirmed.done() and self._nodes.of(interest.partition) == node:
                interest.confirmed = asyncio.get_running_loop().create_future()

    # -- inside -----------------------------------------------------------------------------

    async def _follow(self, node: Node) -> None:
        self._feeds[node] = feed = Feed(self._nodes, node, self, self._lag, self._timing, self._away)
        try:
            await feed.run()
        finally:
            if self._feeds[node] is feed:  # the node may have come back, and have a feed of its own again
                del self._feeds[node]
            self._see_whether_live()

    def _rearrange(self) -> None:
        """The map has changed: what lies elsewhere now may be missed until it is subscribed there."""
        for feed in self._feeds.values():
            feed.rearrange()
        self._see_whether_live()

    def _see_whether_live(self) -> None:
        if any(feed.is_live for feed in self._feeds.values()):
            self._live.set()
        else:
            self._live.clear()

    def _drop(self, channel: str) -> None:
        interest = self._interests.pop(channel)
        interest.confirmed.cancel()
        self._ask(interest.partition)

    def _ask(self, partition: int) -> None:
        if feed := self._feeds.get(self._nodes.of(partition)):
            feed.ask()


def _guard(handler: Callable[..., None], *args: Any) -> None:
    """One message that cannot be handled must not stop the others."""
    try:
        handler(*args)
    except Exception:
        _log.exception("a message from Redis could not be handled")
