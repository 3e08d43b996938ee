"""Pub/sub from one node of Redis: one link, on which the channels that are wanted of it are subscribed.

Promises: messages are passed on in the order of their publication. Whenever some may have been missed (the link
broke, or was silent for so long that it must be dead), everything is subscribed again, and then `Listener.restored` is
called. It never gives up.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Set as AbstractSet
from typing import Final, Protocol

from gateway.timing import Timing
from quickpoll.beat import until_beat
from quickpoll.metrics import Distribution
from quickpoll.store.link import Command, LinkLost, Push, RedisLink, Refusal, StoreError
from quickpoll.store.node import Node
from quickpoll.store.nodes import Nodes, open_node
from quickpoll.store.outage import Outage, Unreachable

PING: Final = b"ping"

_log: Final = logging.getLogger(__name__)


class Listener(Protocol):
    """What a feed works for. None of this may wait or raise."""

    def wanted(self, node: Node) -> AbstractSet[str]:
        """The channels to be subscribed on a node; at least the one for pings."""

    def confirmed(self, channel: str) -> None:
        """A channel is subscribed."""

    def heard(self, channel: str, data: bytes) -> None:
        """A message has come."""

    def restored(self) -> None:
        """All is subscribed (again): what was published before may have been missed."""

    def interrupted(self, node: Node) -> None:
        """Nothing of this node is subscribed now."""


class Feed:
    """The subscriptions on one node."""

    def __init__(
        self, nodes: Nodes, node: Node, listener: Listener, lag: Distribution, timing: Timing, away: Unreachable
    ) -> None:
        """`lag` counts how long pings take."""
        self._nodes = nodes
        self._node = node
        self._listener = listener
        self._lag = lag
        self._timing = timing
        self._outage = Outage(_log, timing.longest_retry_s, away)
        self._pinged_at = 0.0
        self._changed = asyncio.Event()
        """Set when the wanted channels may differ from the subscribed ones."""
        self._asked: AbstractSet[str] = frozenset()
        self._unconfirmed: set[str] = set()
        self._asks_again: asyncio.TimerHandle | None = None
        """Set when the server has ended subscriptions, which are asked for again in a moment."""
        self._watchdog: asyncio.Timeout
        """Ends what has not heard a ping for too long."""
        self.is_live = False
        """Whether everything is subscribed."""

    async def run(self) -> None:
        """Subscribes and passes messages on, until it is cancelled."""
        try:
            while True:
                await self._until_lost()
        finally:
            self._outage.forget()

    async def _until_lost(self) -> None:
        """Follows one link to its end, and returns when it is time for the next."""
        reason: Exception = LinkLost("given up")
        try:
            await self._follow()
        except* StoreError as errors:
            reason = errors.exceptions[0]
            self._nodes.doubt(reason)
        except* Exception:
            _log.exception("pub/sub connection given up")
        if (task := asyncio.current_task()) and task.cancelling():
            raise asyncio.CancelledError  # a task group that ends by an error just then drops it in Python 3.11
        self.is_live = False
        self._listener.interrupted(self._node)
        await self._outage.pause(reason)

    def ask(self) -> None:
        """Other channels are wanted now; all changes of one moment are asked for together."""
        self._changed.set()

    def hears(self, channel: str) -> bool:
        """Whether a channel is subscribed now."""
        return channel in self._asked and channel not in self._unconfirmed

    def rearrange(self) -> None:
        """Channels may lie on other nodes now: what is said there is missed until they are subscribed."""
        self.is_live = False
        self._changed.set()

    # -- one connection ---------------------------------------------------------------------

    async def _follow(self) -> None:
        link = await open_node(self._node, timeout_s=self._timing.feed_silent_s, pushed=self._pushed)
        self._changed.set()
        try:
            async with asyncio.timeout(self._timing.feed_silent_s) as self._watchdog, asyncio.TaskGroup() as tasks:
                tasks.create_task(self._ask(link))
                tasks.create_task(self._ping(link))
                raise await asyncio.shield(link.lost)
        except TimeoutError:
            raise LinkLost(f"no sign of life for {self._timing.feed_silent_s} s") from None
        finally:
            link.close()
            if self._asks_again:
                self._asks_again.cancel()
                self._asks_again = None
            self._asked = frozenset()
            self._unconfirmed.clear()

    async def _ask(self, link: RedisLink) -> None:
        """Brings what is subscribed in line with what is wanted."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            wanted = self._listener.wanted(self._node)
            more, less = wanted - self._asked, self._asked - wanted
            self._asked = wanted
            self._unconfirmed = (self._unconfirmed | more) & wanted
            link.tell([*_by_slot("SSUBSCRIBE", more), *_by_slot("SUNSUBSCRIBE", less)])
            self._see_whether_whole()

    async def _ping(self, link: RedisLink) -> None:
        """Publishes the sign of life whose absence shows that the subscriptions are dead."""
        while True:
            self._pinged_at = asyncio.get_running_loop().time()
            for channel in sorted(self._listener.wanted(self._node))[:1]:  # there is none when all has just moved away
                link.call([("SPUBLISH", channel, PING)])
            await asyncio.sleep(until_beat(self._timing.feed_ping_every_s))

    def _pushed(self, push: Push) -> None:
        kind, channel = push[0], push[1].decode()
        if kind == b"smessage":
            if push[2] != PING:
                self._listener.heard(channel, push[2])
            elif not self._watchdog.expired():
                now = asyncio.get_running_loop().time()
                self._lag.observe(now - self._pinged_at)
                self._watchdog.reschedule(now + self._timing.feed_silent_s)
        elif kind == b"ssubscribe":
            self._unconfirmed.discard(channel)
            self._listener.confirmed(channel)
            self._see_whether_whole()
        elif kind == b"sunsubscribe" and channel in self._asked:
            # The server has ended it, since the slot has moved away, or back. If the slot is not here and the map does
            # not say so soon, the next try ends the link. Whatever is published until then is missed.
            self._asked = self._asked - {channel}
            self._unconfirmed.add(channel)
            self.is_live = False
            self._nodes.doubt(Refusal(f"MOVED {channel}"))
            if self._asks_again:
                self._asks_again.cancel()
            self._asks_again = asyncio.get_running_loop().call_later(self._timing.feed_ask_again_s, self._changed.set)

    def _see_whether_whole(self) -> None:
        if not self._unconfirmed and not self.is_live:
            self.is_live = True
            self._outage.over()
            self._listener.restored()


def _by_slot(name: str, channels: AbstractSet[str]) -> list[Command]:
    """In a cluster the channels of one command must be of one slot: of one partition, that is."""
    slots: defaultdict[str, list[str]] = defaultdict(list)
    for channel in channels:
        slots[channel.partition("}")[0]].append(channel)
    return [(name, *together) for together in slots.values()]
