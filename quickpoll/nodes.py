"""Which node of Redis holds a partition now, and connections to the nodes.

Everything on the hot path is arranged by node: one link for commands, one read that waits, one subscription each. A
single server is one node that holds everything.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Final, Protocol

from quickpoll.fakelink import open_fake_link
from quickpoll.link import COMMAND_TIMEOUT_S, LinkLost, Push, RedisLink, Refusal, open_link
from quickpoll.redis import FAKE_URL, address_of

Node = str
"""The URL of one server."""

MOVED_AWAY: Final = frozenset({"MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "READONLY", "MASTERDOWN", "LOADING"})
"""Kinds of `Refusal` that say: not here, or not now. The command was not done."""


class Nodes(Protocol):
    """The map of a deployment's Redis."""

    @property
    def all(self) -> Collection[Node]:
        """Every node that holds partitions."""

    def of(self, partition: int) -> Node:
        """The node that holds a partition."""

    def doubt(self, reason: Exception) -> None:
        """The map may be out of date: a node is gone, or has refused what it should do (`MOVED_AWAY`)."""

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Calls `changed` after each change of the map, until the function returned is called."""


class OneNode:
    """A single server: nothing ever moves."""

    def __init__(self, url: str) -> None:
        """`url` as for `quickpoll.redis.connect`."""
        self._node: Node = url
        self.all: Collection[Node] = (url,)

    def of(self, partition: int) -> Node:
        """See `Nodes`."""
        del partition
        return self._node

    def doubt(self, reason: Exception) -> None:
        """See `Nodes`."""

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """See `Nodes`."""
        del changed
        return lambda: None


def nodes_of(url: str) -> Nodes:
    """The nodes behind a Redis URL."""
    return OneNode(url)


async def open_node(
    node: Node, *, timeout_s: float = COMMAND_TIMEOUT_S, pushed: Callable[[Push], None] | None = None
) -> RedisLink:
    """A new link to a node; raises as `quickpoll.link.open_link`."""
    if node.startswith(FAKE_URL):
        return await open_fake_link(node, timeout_s=timeout_s, pushed=pushed)
    return await open_link(address_of(node), timeout_s=timeout_s, pushed=pushed)


class Links:
    """A link for commands to each node: opened when it is needed, and anew after it was lost."""

    def __init__(self, nodes: Nodes, *, timeout_s: float = COMMAND_TIMEOUT_S) -> None:
        self._nodes = nodes
        self._timeout_s = timeout_s
        self._links: dict[Node, RedisLink] = {}
        self._opening: dict[Node, asyncio.Lock] = {}

    async def to(self, node: Node) -> RedisLink:
        """The link to a node.

        Raises:
            LinkLost: the node does not answer.
            Refusal: it lets us not in.
        """
        link = self._links.get(node)
        if link and link.is_open:
            return link
        async with self._opening.setdefault(node, asyncio.Lock()):
            link = self._links.get(node)
            if not link or not link.is_open:
                try:
                    link = self._links[node] = await open_node(node, timeout_s=self._timeout_s)
                except (LinkLost, Refusal) as error:
                    self._nodes.doubt(error)
                    raise
            return link

    def close(self) -> None:
        """Ends them all."""
        for link in self._links.values():
            link.close()


async def on_each(nodes: Nodes, work: Callable[[Node], Coroutine[Any, Any, None]]) -> None:
    """Runs `work` for each node, for ever: begins it where a node is new, cancels it where one is gone."""
    changed = asyncio.Event()
    unwatch = nodes.watch(changed.set)
    running: dict[Node, asyncio.Task[None]] = {}
    try:
        async with asyncio.TaskGroup() as tasks:
            while True:
                changed.clear()
                for node in set(running).difference(nodes.all):
                    running.pop(node).cancel()
                for node in set(nodes.all).difference(running):
                    running[node] = tasks.create_task(work(node))
                await changed.wait()
    finally:
        unwatch()
