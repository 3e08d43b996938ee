"""The nodes behind a Redis URL, whatever its kind."""

from quickpoll.cluster import ClusterNodes
from quickpoll.nodes import Nodes, OneNode
from quickpoll.redis_url import Kind, parse
from quickpoll.sentinel import SentinelNodes


def nodes_of(url: str, partitions: int) -> Nodes:
    """The nodes of a deployment with so many partitions; they have to be started."""
    parsed = parse(url)
    match parsed.kind:
        case Kind.CLUSTER:
            return ClusterNodes(parsed, partitions)
        case Kind.SENTINEL:
            return SentinelNodes(parsed)
        case Kind.ONE:
            return OneNode(url)
