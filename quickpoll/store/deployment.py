"""The nodes behind a Redis URL, whatever its kind."""

from quickpoll.store.cluster import ClusterNodes
from quickpoll.store.nodes import Nodes, OneNode
from quickpoll.store.sentinel import SentinelNodes
from quickpoll.store.url import RedisKind, parse


def nodes_of(url: str, partitions: int) -> Nodes:
    """The nodes of a deployment with so many partitions; they have to be started."""
    parsed = parse(url)
    match parsed.kind:
        case RedisKind.CLUSTER:
            return ClusterNodes(parsed, partitions)
        case RedisKind.SENTINEL:
            return SentinelNodes(parsed)
        case RedisKind.ONE:
            return OneNode(parsed.nodes[0])
