"""Looks at the Redis before a process starts on it, and says in one line what is wrong with it.

Refused are one that does not answer, is too old, may throw sessions away, or holds sessions that
were laid out with another number of partitions.
"""

from collections.abc import Mapping
from typing import Final

from quickpoll.keys import LAYOUT
from quickpoll.nodes import Links
from quickpoll.places import nodes_of
from quickpoll.redis import FAKE_URL, UNAVAILABLE
from quickpoll.redis_url import parse
from quickpoll.settings import Failure

OLDEST_REDIS: Final = 7
"""Sharded pub/sub came with 7.0; Valkey names a Redis version that it is compatible with."""


async def examine(redis_url: str, partitions: int) -> None:
    """Returns if QuickPoll can run there; raises `Failure` if not."""
    if redis_url.startswith(FAKE_URL):
        return
    nodes = nodes_of(redis_url, partitions)
    links = Links(nodes)
    try:
        await nodes.start()
        for node in nodes.all:
            (info,) = await links.ask(node, ("INFO",))
            _check(_fields(info))
        (stored,) = await links.ask(nodes.at(LAYOUT), ("HGET", LAYOUT, "partitions"))
    except UNAVAILABLE as error:
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


def _check_layout(stored_partitions: int, partitions: int) -> None:
    if stored_partitions != partitions:
        raise Failure(
            f"the sessions there are in {stored_partitions} partitions, not {partitions}; "
            f"set QUICKPOLL_PARTITIONS to {stored_partitions}, or use another Redis or data folder"
        )
