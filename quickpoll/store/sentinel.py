"""A master that Sentinels watch as `Nodes`: one node that holds everything, and that another one may become."""

from collections.abc import Collection

from quickpoll.store.link import RedisLink, Refusal
from quickpoll.store.nodes import NOBODY, Node
from quickpoll.store.topology import Watch
from quickpoll.store.url import Address, RedisUrl


class SentinelNodes:
    """The master of a service."""

    def __init__(self, url: RedisUrl) -> None:
        self.all: Collection[Node] = ()
        self.apart = False
        self._url = url
        self._node = NOBODY
        self._master: Address = ("", 0)
        self._watch = Watch(self)
        self.start, self.close = self._watch.start, self._watch.close
        self.doubt, self.watch = self._watch.doubt, self._watch.watch

    def of(self, partition: int) -> Node:
        """See `Nodes`."""
        del partition
        return self._node

    def at(self, key: str) -> Node:
        """See `Nodes`."""
        del key
        return self._node

    # -- as its watch sees it ---------------------------------------------------------------

    @property
    def sources(self) -> Collection[Address]:
        """See `Map`."""
        return self._url.hosts

    def url(self, address: Address) -> str:
        """See `Map`."""
        return self._url.sentinel(address)

    def hint(self, reason: Exception) -> Address | None:
        """See `Map`."""
        del reason
        return None

    async def ask(self, link: RedisLink, asked: Address) -> bool:
        """See `Map`."""
        (found,) = await link.call([("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._url.service)])
        if isinstance(found, Refusal):
            raise found
        if not found:
            raise Refusal(f"UNKNOWN the Sentinel at {asked[0]}:{asked[1]} knows no {self._url.service}")
        host, port = found
        address = (host.decode(), int(port))
        news = address != self._master
        self._master, self._node = address, self._url.node(address)
        self.all = (self._node,)
        return news
