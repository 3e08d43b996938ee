"""Which node of Redis holds a partition now, and connections to the nodes.

Everything on the hot path is arranged by node: one link for commands, one read that waits, one subscription each. A
single server is one node that holds everything.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

from quickpoll.store.link import COMMAND_TIMEOUT_S, Command, LinkLost, Push, RedisLink, Refusal, StoreError, open_link
from quickpoll.store.node import Node

NOBODY: Final = Node()
"""Where no server holds a partition now."""
MASTER: Final = b"master"

_T = TypeVar("_T")

MOVED_AWAY: Final = frozenset({"MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "READONLY", "MASTERDOWN", "LOADING"})
"""Kinds of `Refusal` that say: not here, or not now. The command was not done."""


class Nodes(Protocol):
    """The map of a deployment's Redis."""

    @property
    def all(self) -> Collection[Node]:
        """Every node that holds partitions."""

    @property
    def apart(self) -> bool:
        """Whether each partition is asked by itself: on a cluster, a command may name keys of one slot only."""

    async def start(self) -> None:
        """Returns when there is a map.

        Raises:
            StoreError: nobody can say.
        """

    async def close(self) -> None:
        """Leaves no task behind."""

    def of(self, partition: int) -> Node:
        """The node that holds a partition."""

    def at(self, key: str) -> Node:
        """The node that holds a key."""

    def doubt(self, reason: Exception) -> None:
        """The map may be out of date: a node is gone, or has refused what it should do (`MOVED_AWAY`)."""

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Calls `changed` after each change of the map, until the function returned is called."""


class OneNode:
    """A single server: nothing ever moves."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.all: Collection[Node] = (node,)
        self.apart = False

    async def start(self) -> None:
        """See `Nodes`."""

    async def close(self) -> None:
        """See `Nodes`."""

    def of(self, partition: int) -> Node:
        """See `Nodes`."""
        del partition
        return self._node

    def at(self, key: str) -> Node:
        """See `Nodes`."""
        del key
        return self._node

    def doubt(self, reason: Exception) -> None:
        """See `Nodes`."""

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """See `Nodes`."""
        del changed
        return lambda: None


async def open_node(
    node: Node, *, timeout_s: float = COMMAND_TIMEOUT_S, pushed: Callable[[Push], None] | None = None
) -> RedisLink:
    """A new link to a node that is a master at this moment; raises as `quickpoll.store.link.open_link`."""
    if node == NOBODY:
        raise LinkLost("no node serves this part of the cluster now")
    link = await open_link(node, timeout_s=timeout_s, pushed=pushed)
    if link.role != MASTER:
        link.close()
        raise Refusal(f"READONLY this server is a {link.role.decode()} now")
    return link


class Links:
    """A link for commands to each node: opened when it is needed, and again after it was lost."""

    def __init__(self, nodes: Nodes, *, timeout_s: float = COMMAND_TIMEOUT_S) -> None:
        self.nodes = nodes
        self._timeout_s = timeout_s
        self._links: dict[Node, RedisLink] = {}
        self._opening: dict[Node, asyncio.Lock] = {}

    async def to(self, node: Node) -> RedisLink:
        """The link to a node.

        Raises:
            StoreError: the node does not answer, or refuses the user.
        """
        link = self._links.get(node)
        if link and link.is_open:
            return link
        async with self._opening.setdefault(node, asyncio.Lock()):
            link = self._links.get(node)
            if not link or not link.is_open:
                try:
                    link = self._links[node] = await open_node(node, timeout_s=self._timeout_s)
                except StoreError as error:
                    self.nodes.doubt(error)
                    raise
            return link

    async def ask(self, node: Node, *commands: Command) -> list[Any]:
        """Has commands done together, and returns their replies.

        Raises:
            StoreError: the node does not answer, or this is the first refusal; the other commands may have been done.
        """
        replies = await self.try_each(node, commands)
        for reply in replies:
            if isinstance(reply, Refusal):
                raise reply
        return replies

    async def try_each(self, node: Node, commands: Sequence[Command]) -> list[Any]:
        """As `ask`, but what was refused has its `Refusal` as the reply."""
        try:
            replies = await (await self.to(node)).call(commands)
        except LinkLost as error:
            self.nodes.doubt(error)
            raise
        refused = next((reply for reply in replies if isinstance(reply, Refusal)), None)
        if refused and refused.kind in MOVED_AWAY:
            self.nodes.doubt(refused)
        return replies

    async def ask_of(self, partition: int, *commands: Command) -> list[Any]:
        """As `ask`, of the node that holds a partition."""
        return await self.ask(self.nodes.of(partition), *commands)

    async def ask_all(self, commands: Mapping[int, Command]) -> dict[int, Any]:
        """Has a command done for each partition, all nodes at the same time.

        Returns:
            The reply for each partition, or the exception that is in its place.
        """

        async def ask(node: Node, partitions: list[int]) -> dict[int, Any]:
            try:
                replies = await self.try_each(node, [commands[partition] for partition in partitions])
            except StoreError as error:
                return dict.fromkeys(partitions, error)
            return dict(zip(partitions, replies, strict=True))

        answers = await at_once(ask(node, partitions) for node, partitions in by_node(self.nodes, commands).items())
        return {partition: reply for answer in answers for partition, reply in answer.items()}

    def close(self) -> None:
        """Ends them all."""
        for link in self._links.values():
            link.close()


def by_node(nodes: Nodes, partitions: Iterable[int]) -> dict[Node, list[int]]:
    """Partitions by the node that holds them."""
    groups: defaultdict[Node, list[int]] = defaultdict(list)
    for partition in partitions:
        groups[nodes.of(partition)].append(partition)
    return groups


async def at_once(work: Iterable[Coroutine[Any, Any, _T]]) -> list[_T]:
    """What each returns, in order; one alone has its say in this turn of the event loop, without a task."""
    each = list(work)
    return [await each[0]] if len(each) == 1 else await asyncio.gather(*each)


async def on_each(nodes: Nodes, work: Callable[[Node], Coroutine[Any, Any, None]]) -> None:
    """Runs `work` for each node until cancelled: begins it where a node is new, cancels it where one is gone."""
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
