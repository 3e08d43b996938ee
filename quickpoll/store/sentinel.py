"""A master that Sentinels watch as `Nodes`: one node that holds everything, and that another one may become."""

from collections.abc import Collection

from quickpoll.store.link import RedisLink, Refusal
from quickpoll.store.node import Node
from quickpoll.store.nodes import NOBODY, open_node
from quickpoll.store.topology import WATCH_TIMES, Watch
from quickpoll.store.url import RedisUrl


class SentinelNodes:
    """The master of a service."""

    def __init__(self, url: RedisUrl) -> None:
        self.all: Collection[Node] = ()
        self.apart = False
        self._url = url
        self._node = NOBODY
        self.sources: Collection[Node] = url.nodes
        """See `Map`: the Sentinels."""
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

    def hint(self, reason: Exception) -> Node | None:
        """See `Map`."""
        del reason
        return None

    async def ask(self, link: RedisLink, asked: Node) -> bool:
        """See `Map`."""
        (found,) = await link.call([("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._url.service)])
        if isinstance(found, Refusal):
            raise found
        if not found:
            raise Refusal(f"UNKNOWN the Sentinel at {asked} knows no {self._url.service}")
        host, port = found
        node = self._url.node(host.decode(), int(port))
        if node == self._node:
            return False
        # A Sentinel may not have heard of the last failover: whoever it names has to be a master.
        (await open_node(node, timeout_s=WATCH_TIMES.answer_within_s)).close()
        self._node = node
        self.all = (node,)
        return True
