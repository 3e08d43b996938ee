"""Looks at the Redis before a process starts on it, and says in one line what is wrong with it.

Refused are one that does not answer, is too old, may throw sessions away, is but a node of a Cluster, cannot keep what
`QUICKPOLL_DURABILITY` promises, or holds sessions that were laid out with another number of partitions.
"""

from collections.abc import Mapping
from typing import Any, Final

from quickpoll.keys import LAYOUT
from quickpoll.settings import Durability, Failure
from quickpoll.store.deployment import nodes_of
from quickpoll.store.library import FAKE_URL
from quickpoll.store.link import Refusal, StoreError
from quickpoll.store.nodes import Links
from quickpoll.store.url import Kind, parse

OLDEST_REDIS: Final = 7
"""Sharded pub/sub came with 7.0; Valkey names a Redis version that it is compatible with."""


async def examine(redis_url: str, partitions: int, durability: Durability = Durability.REPLY) -> None:
    """Returns if QuickPoll can run there; raises `Failure` if not."""
    if redis_url.startswith(FAKE_URL):
        return
    nodes = nodes_of(redis_url, partitions)
    links = Links(nodes)
    try:
        await nodes.start()
        for node in nodes.all:
            (info,) = await links.ask(node, ("INFO",))
            fields = _fields(info)
            _check(fields)
            _check_cluster(fields, redis_url)
            if durability is Durability.DISK:
                _check_disk(fields, (await links.try_each(node, [("CONFIG", "GET", "appendfsync")]))[0])
        (stored,) = await links.ask(nodes.at(LAYOUT), ("HGET", LAYOUT, "partitions"))
    except StoreError as error:
        where = parse(redis_url).shown
        raise Failure(f"Redis at {where} does not answer ({error}); start it, or correct QUICKPOLL_REDIS_URL") from None
    finally:
        links.close()
        await nodes.close()
    _check_layout(int(stored) if stored else partitions, partitions)


def _fields(info: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in info.decode().splitlines())
    return {name: value for name, _, value in pairs if value}


def _check(info: Mapping[str, str]) -> None:
    version, policy = info["redis_version"], info["maxmemory_policy"]
    if int(version.partition(".")[0]) < OLDEST_REDIS:
        raise Failure(f"Redis {version} is too old; use Valkey 7.2, Redis {OLDEST_REDIS}, or later ones")
    if policy != "noeviction":
        raise Failure(f"Redis may throw sessions away (maxmemory-policy {policy}); set maxmemory-policy to noeviction")


def _check_cluster(info: Mapping[str, str], redis_url: str) -> None:
    url = parse(redis_url)
    if info.get("cluster_enabled") == "1" and url.kind is not Kind.CLUSTER:
        raise Failure(
            f"Redis at {url.shown} is a node of a Cluster; set QUICKPOLL_REDIS_URL to redis+cluster://host:port,host:port"
        )


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


def _check_layout(stored_partitions: int, partitions: int) -> None:
    if stored_partitions != partitions:
        raise Failure(
            f"the sessions there are in {stored_partitions} partitions, not {partitions}; "
            f"set QUICKPOLL_PARTITIONS to {stored_partitions}, or use another Redis or data folder"
        )
