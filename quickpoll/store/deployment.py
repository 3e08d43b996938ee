"""The nodes behind a Redis URL, whatever its kind."""

from quickpoll.store.cluster import ClusterNodes
from quickpoll.store.nodes import Nodes, OneNode
from quickpoll.store.sentinel import SentinelNodes
from quickpoll.store.url import Kind, parse


def nodes_of(url: str, partitions: int) -> Nodes:
    """The nodes of a deployment with so many partitions; they have to be started."""
    parsed = parse(url)
    match parsed.kind:
        case Kind.CLUSTER:
            return ClusterNodes(parsed, partitions)
        case Kind.SENTINEL:
            return SentinelNodes(parsed)
        case Kind.ONE:
            return OneNode(parsed.nodes[0])
