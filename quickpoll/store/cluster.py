"""A Redis Cluster as `Nodes`: a partition lies on the master that serves its slot."""

from binascii import crc_hqx
from collections.abc import Collection
from typing import Any, Final

from quickpoll.keys import PartitionKeys
from quickpoll.store.link import RedisLink, Refusal
from quickpoll.store.nodes import NOBODY, Node
from quickpoll.store.topology import Watch
from quickpoll.store.url import Address, RedisUrl

SLOTS: Final = 16384


class ClusterNodes:
    """The masters of a cluster that hold some of so many partitions."""

    def __init__(self, url: RedisUrl, partitions: int) -> None:
        self.all: Collection[Node] = ()
        self.apart = True
        self._url = url
        self._partitions = [slot_of(PartitionKeys(number).prefix) for number in range(partitions)]
        self._slots = [NOBODY] * SLOTS
        self._addresses: dict[Node, Address] = {}
        self._others: set[Address] = set(url.hosts)
        """Replicas, and what the URL names: who else can be asked."""
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

    @property
    def sources(self) -> Collection[Address]:
        """See `Map`."""
        return {*self._addresses.values(), *self._others}

    def url(self, address: Address) -> str:
        """See `Map`."""
        return self._url.node(address)

    def hint(self, reason: Exception) -> Address | None:
        """See `Map`: `MOVED 3999 10.0.0.3:7002` names who serves the slot."""
        kind, *rest = str(reason).split()
        if kind != "MOVED" or len(rest) < 2:
            return None
        host, _, port = rest[1].rpartition(":")
        return (host, int(port)) if host and port.isdigit() else None

    async def ask(self, link: RedisLink, asked: Address) -> bool:
        """See `Map`."""
        (shards,) = await link.call([("CLUSTER", "SLOTS")])
        if isinstance(shards, Refusal):
            raise shards
        before = self._slots
        self._slots = list(before)
        masters: dict[Node, Address] = {}
        others: set[Address] = set(self._url.hosts)
        for first, last, master, *replicas in shards:
            address = _address(master, asked)
            node = self._url.node(address)
            masters[node] = address
            others.update(_address(replica, asked) for replica in replicas)
            self._slots[first : last + 1] = [node] * (last + 1 - first)
        if not masters:
            raise Refusal("CLUSTERDOWN no slot is served")
        self._addresses, self._others = masters, others
        self.all = frozenset(self._slots[slot] for slot in self._partitions) - {NOBODY}
        return self._slots != before


def slot_of(key: str) -> int:
    """The slot of a key or channel, by what stands in its first braces."""
    _, opened, rest = key.partition("{")
    tag, closed, _ = rest.partition("}")
    return crc_hqx((tag if opened and closed and tag else key).encode(), 0) % SLOTS


def _address(node: list[Any], asked: Address) -> Address:
    """A node that does not know its own name is the one that was asked."""
    host, port = node[0], int(node[1])
    return (host.decode() if host and host != b"?" else asked[0]), port
