"""A Redis Cluster as `Nodes`: a partition lies on the master that serves its slot."""

from binascii import crc_hqx
from collections.abc import Collection
from typing import Any, Final

from quickpoll.keys import PartitionKeys
from quickpoll.store.link import RedisLink, Refusal
from quickpoll.store.node import Node
from quickpoll.store.nodes import NOBODY
from quickpoll.store.topology import Watch
from quickpoll.store.url import RedisUrl

SLOTS: Final = 16384


class ClusterNodes:
    """The masters of a cluster that hold some of so many partitions."""

    def __init__(self, url: RedisUrl, partitions: int) -> None:
        self.all: Collection[Node] = ()
        self.apart = True
        self._url = url
        self._partitions = [slot_of(PartitionKeys(number).prefix) for number in range(partitions)]
        self._slots = [NOBODY] * SLOTS
        self.sources: Collection[Node] = url.nodes
        """See `Map`: masters, replicas, and those that the URL names."""
        self._watch = Watch(self)
        self.start, self.close = self._watch.start, self._watch.close
        self.doubt, self.watch = self._watch.doubt, self._watch.watch

    def of(self, partition: int) -> Node:
        """See `Nodes`."""
        return self._slots[self._partitions[partition]]

    def at(self, key: str) -> Node:
        """See `Nodes`."""
        return self._slots[slot_of(key)]

    # -- as its watch sees it ---------------------------------------------------------------

    def hint(self, reason: Exception) -> Node | None:
        """See `Map`: `MOVED 3999 10.0.0.3:7002` names who serves the slot."""
        kind, *rest = str(reason).split()
        if kind != "MOVED" or len(rest) < 2:
            return None
        host, _, port = rest[1].rpartition(":")
        return self._url.node(host, int(port)) if host and port.isdigit() else None

    async def ask(self, link: RedisLink, asked: Node) -> bool:
        """See `Map`."""
        (shards,) = await link.call([("CLUSTER", "SLOTS")])
        if isinstance(shards, Refusal):
            raise shards
        before = self._slots
        self._slots = list(before)
        sources = set(self._url.nodes)
        known = {node: node for node in self.sources}  # one object each, or comparing all slots takes milliseconds
        for first, last, *nodes in shards:
            master, *replicas = [known.setdefault(node, node) for node in (self._node(one, asked) for one in nodes)]
            sources |= {master, *replicas}
            self._slots[first : last + 1] = [master] * (last + 1 - first)
        if not shards:
            raise Refusal("CLUSTERDOWN no slot is served")
        self.sources = sources
        self.all = frozenset(self._slots[slot] for slot in self._partitions) - {NOBODY}
        return self._slots != before

    def _node(self, told: list[Any], asked: Node) -> Node:
        """A node that does not know its own name is the one that was asked."""
        host, port = told[0], int(told[1])
        return self._url.node(host.decode() if host and host != b"?" else asked.host, port)


def slot_of(key: str) -> int:
    """The slot of a key or channel, by what stands in its first braces."""
    _, opened, rest = key.partition("{")
    tag, closed, _ = rest.partition("}")
    return crc_hqx((tag if opened and closed and tag else key).encode(), 0) % SLOTS
