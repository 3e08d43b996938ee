"""Checks a Redis before a process starts on it, and says in one line what is wrong with it.

A Redis is refused if it does not answer, is too old, may throw sessions away, is a replica or a single node of a
Cluster, does not let the user do what QuickPoll does, cannot keep what `QUICKPOLL_DURABILITY` promises, or holds
sessions that were laid out with another number of partitions.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

from program.trial import NEEDED, refused, try_out
from quickpoll.keys import LAYOUT
from quickpoll.settings import Durability, Failure
from quickpoll.store.deployment import nodes_of
from quickpoll.store.link import Refusal, StoreError
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links, Nodes, by_node
from quickpoll.store.url import RedisKind, RedisUrl, parse

OLDEST_REDIS: Final = 7
"""Sharded pub/sub came with 7.0; Valkey names a Redis version that it is compatible with."""
WITHIN_S: Final = 5.0
_ADVICE: Final = "start it, or correct QUICKPOLL_REDIS_URL"

_log: Final = logging.getLogger(__name__)


async def examine(redis_url: str, partitions: int, durability: Durability = Durability.REPLY) -> None:
    """Returns if QuickPoll can run there.

    Raises:
        Failure: it cannot, with what to change.
    """
    url = parse(redis_url)
    where = f"Redis at {url.shown}"
    nodes = nodes_of(redis_url, partitions)
    links = Links(nodes)
    try:
        async with asyncio.timeout(WITHIN_S):
            await nodes.start()
            for node, numbers in by_node(nodes, range(partitions)).items():
                await _check_told(links, node, url, durability)
                try:
                    await try_out(node, numbers[0], durability)
                except Failure as failure:
                    raise Failure(f"{where} {failure}") from None
            await _check_layout(links, nodes, partitions)
    except TimeoutError:
        raise Failure(f"{where} does not answer within {WITHIN_S:.0f} s; {_ADVICE}") from None
    except Refusal as refusal:
        raise Failure(f"{where} {refused('the connection', refusal)}") from None
    except StoreError as error:
        raise Failure(f"{where} {_unreachable(str(error))}") from None
    finally:
        links.close()
        await nodes.close()


def _unreachable(reason: str) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        advice = "name the authority that made it by ?ssl_ca_certs=/path/to/ca.pem in QUICKPOLL_REDIS_URL"
        return f"shows a certificate that is not trusted ({reason}); {advice}"
    return f"does not answer ({reason}); {_ADVICE}"


async def _check_told(links: Links, node: Node, url: RedisUrl, durability: Durability) -> None:
    """What INFO and CONFIG say; some services hide fields of INFO, or refuse it."""
    (info,) = await links.try_each(node, [("INFO",)])
    fields = {} if isinstance(info, Refusal) else _fields(info)
    _check(fields, url)
    if durability is Durability.DISK:
        _check_disk(fields, (await links.try_each(node, [("CONFIG", "GET", "appendfsync")]))[0])


def _fields(info: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in info.decode().splitlines())
    return {name: value for name, _, value in pairs if value}


def _check(info: Mapping[str, str], url: RedisUrl) -> None:
    version, policy = info.get("redis_version", ""), info.get("maxmemory_policy", "")
    major = version.partition(".")[0]
    if major.isdigit() and int(major) < OLDEST_REDIS:
        raise Failure(f"Redis {version} at {url.shown} is too old; {NEEDED}")
    if not policy:
        _log.warning("Redis at %s does not tell its maxmemory-policy; make sure that it is noeviction", url.shown)
    elif policy != "noeviction":
        raise Failure(f"Redis may throw sessions away (maxmemory-policy {policy}); set maxmemory-policy to noeviction")
    if info.get("cluster_enabled") == "1" and url.kind is not RedisKind.CLUSTER:
        raise Failure(
            f"Redis at {url.shown} is a node of a Cluster; set QUICKPOLL_REDIS_URL to redis+cluster://host:port,host:port"
        )
    if info.get("role") == "slave":
        raise Failure(f"Redis at {url.shown} is a replica; set QUICKPOLL_REDIS_URL to its master")


def _check_disk(info: Mapping[str, str], appendfsync: Any) -> None:
    """`appendfsync always` writes to the disk before it replies.

    WAITAOF is no way to have that with `everysec`: it returns before the disk has anything on many versions, as
    github.com/redis/redis/pull/13793 says of Redis, and as was seen on Valkey 9.1.
    """
    if isinstance(appendfsync, Refusal):
        raise Failure(
            f"Redis does not tell its appendfsync ({appendfsync}); "
            "if it is always, set QUICKPOLL_DURABILITY to reply, which is the same then"
        )
    policy = appendfsync.get(b"appendfsync", b"unknown").decode()
    if info.get("aof_enabled") != "1" or policy != "always":
        appendonly = "yes" if info.get("aof_enabled") == "1" else "no"
        raise Failure(
            f"QUICKPOLL_DURABILITY is disk, but Redis has appendonly {appendonly} and appendfsync {policy}; "
            f"set appendonly to yes and appendfsync to always in Redis"
        )


async def _check_layout(links: Links, nodes: Nodes, partitions: int) -> None:
    (stored,) = await links.ask(nodes.at(LAYOUT), ("HGET", LAYOUT, "partitions"))
    if stored and int(stored) != partitions:
        raise Failure(
            f"the sessions there are in {int(stored)} partitions, not {partitions}; "
            f"set QUICKPOLL_PARTITIONS to {int(stored)}, or use another Redis or data folder"
        )
