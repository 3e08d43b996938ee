"""Pub/sub from one node of Redis: one link, on which the channels that are wanted of it are subscribed.

Promises: messages are passed on in the order of their publication; whenever some may have been missed (the link
broke, or was silent for too long: a dead one is not noticed otherwise), everything is subscribed again, and then
`Listener.restored` is called. It tries for ever.
"""

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Set as AbstractSet
from typing import Final, Protocol

from quickpoll.metrics import Distribution
from quickpoll.store.link import Command, LinkLost, Push, RedisLink, Refusal, StoreError
from quickpoll.store.nodes import Node, Nodes, open_node

PING: Final = b"ping"
PING_EVERY_S: Final = 1.0
SILENT_AFTER_S: Final = 3.0
MAX_BACKOFF_S: Final = 2.0
ASK_AGAIN_S: Final = 0.3

_log: Final = logging.getLogger(__name__)


class Listener(Protocol):
    """What a feed works for. None of this may wait or raise."""

    def wanted(self, node: Node) -> AbstractSet[str]:
        """The channels of a node that are to be subscribed: never none; the least is the one for pings."""

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

    def __init__(self, nodes: Nodes, node: Node, listener: Listener, lag: Distribution) -> None:
        """`lag` counts how long pings take."""
        self._nodes = nodes
        self._node = node
        self._listener = listener
        self._lag = lag
        self._pinged_at = 0.0
        self._changed = asyncio.Event()
        """That other channels are wanted than were asked for."""
        self._asked: AbstractSet[str] = frozenset()
        self._unconfirmed: set[str] = set()
        self._watchdog: asyncio.Timeout
        """Ends what has not heard a ping for too long."""
        self.is_live = False
        """Whether everything is subscribed."""

    async def run(self) -> None:
        """Subscribes and passes messages on, for ever."""
        failures = 0
        while True:
            try:
                await self._follow()
            except* StoreError as errors:
                # One line for each time that it is lost, not for each attempt to get it back.
                level = logging.WARNING if self.is_live else logging.DEBUG
                _log.log(level, "pub/sub connection lost: %s", "; ".join(map(repr, errors.exceptions)))
                self._nodes.doubt(errors.exceptions[0])
            except* Exception:
                _log.exception("pub/sub connection given up")
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError  # a task group that ends by an error just then drops it in Python 3.11
            failures = 0 if self.is_live else failures + 1
            self.is_live = False
            self._listener.interrupted(self._node)
            ceiling = min(MAX_BACKOFF_S, 0.05 * 2 ** min(failures, 10))
            await asyncio.sleep(random.uniform(0, ceiling))  # noqa: S311  (jitter)

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
        link = await open_node(self._node, timeout_s=SILENT_AFTER_S, pushed=self._pushed)
        self._changed.set()
        try:
            async with asyncio.timeout(SILENT_AFTER_S) as self._watchdog, asyncio.TaskGroup() as tasks:
                tasks.create_task(self._ask(link))
                tasks.create_task(self._ping(link))
                raise await asyncio.shield(link.lost)
        except TimeoutError:
            raise LinkLost(f"no sign of life for {SILENT_AFTER_S} s") from None
        finally:
            link.close()
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
            for channel in sorted(self._listener.wanted(self._node))[:1]:  # none: all has just moved away
                link.call([("SPUBLISH", channel, PING)])
            await asyncio.sleep(PING_EVERY_S)

    def _pushed(self, push: Push) -> None:
        kind, channel = push[0], push[1].decode()
        if kind == b"smessage":
            if push[2] != PING:
                self._listener.heard(channel, push[2])
            elif not self._watchdog.expired():
                now = asyncio.get_running_loop().time()
                self._lag.observe(now - self._pinged_at)
                self._watchdog.reschedule(now + SILENT_AFTER_S)
        elif kind == b"ssubscribe":
            self._unconfirmed.discard(channel)
            self._listener.confirmed(channel)
            self._see_whether_whole()
        elif kind == b"sunsubscribe" and channel in self._asked:
            # Not by us: its slot has moved away, or back. If it is not here and the map does not say so soon, the next
            # try ends the link. Until it is subscribed somewhere, what is said there is missed.
            self._asked = self._asked - {channel}
            self._unconfirmed.add(channel)
            self.is_live = False
            self._nodes.doubt(Refusal(f"MOVED {channel}"))
            asyncio.get_running_loop().call_later(ASK_AGAIN_S, self._changed.set)

    def _see_whether_whole(self) -> None:
        if not self._unconfirmed and not self.is_live:
            self.is_live = True
            self._listener.restored()


def _by_slot(name: str, channels: AbstractSet[str]) -> list[Command]:
    """In a cluster the channels of one command must be of one slot: of one partition, that is."""
    slots: defaultdict[str, list[str]] = defaultdict(list)
    for channel in channels:
        slots[channel.partition("}")[0]].append(channel)
    return [(name, *together) for together in slots.values()]
