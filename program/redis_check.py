"""What a second client, redis-py, sees of the Redis: how far away it is, and whether it keeps what it takes.

The servers talk to Redis over links of their own (decision 18). When these fail, an operator wants to know whether the
Redis or the program is to blame: a client that shares no code with them says so. It is imported by `quickpoll doctor`
alone, since it would cost each server more memory than all of QuickPoll.
"""

import asyncio
import ssl
import time
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any, Final

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from program.findings import Finding, Grade
from quickpoll.store.node import Trust
from quickpoll.store.url import RedisKind, RedisUrl, parse

ANSWER_WITHIN_S: Final = 5.0
PINGS: Final = 20
FAR_MS: Final = 5.0
"""An acknowledgement waits for two round trips, and for the disk."""
FULL: Final = 0.8


async def look(redis_url: str, far_ms: float = FAR_MS) -> list[Finding]:
    """Findings about each server that holds data; one that says why there are none.

    Args:
        redis_url: as in `QUICKPOLL_REDIS_URL`.
        far_ms: from this median of round trips on, in ms, a server is too far away.
    """
    url = parse(redis_url)
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return [finding for server in await _servers(url) for finding in await _of(server, far_ms)]
    except (RedisError, OSError, TimeoutError) as error:
        reason = str(error) or "no answer in time"
        return [Finding("redis-py", Grade.WRONG, f"it cannot talk to {url.shown} either ({reason})")]


async def _servers(url: RedisUrl) -> list[Redis]:
    """A client for each server that holds data."""
    if url.kind is RedisKind.CLUSTER:
        startup = [ClusterNode(node.host, node.port) for node in url.nodes]
        async with RedisCluster(startup_nodes=startup, **_entry(url)) as cluster:
            places = [(node.host, node.port) for node in cluster.get_primaries()]
    elif url.kind is RedisKind.SENTINEL:
        asked = url.nodes[0]
        entry = _tls(url.trust) | {"username": asked.username or None, "password": asked.password or None}
        sentinels: Any = Sentinel([(node.host, node.port) for node in url.nodes], sentinel_kwargs=entry)  # type: ignore[no-untyped-call]  # the library's own
        try:
            places = [await sentinels.discover_master(url.service)]
        finally:
            await asyncio.gather(*(sentinel.aclose() for sentinel in sentinels.sentinels))
    elif path := url.nodes[0].path:
        return [Redis(unix_socket_path=path, **_entry(url))]
    else:
        places = [(node.host, node.port) for node in url.nodes]
    return [Redis(host=host, port=int(port), **_entry(url)) for host, port in places]


def _entry(url: RedisUrl) -> dict[str, Any]:
    """How to enter a server that holds data."""
    data = url.node("", 0)
    options: dict[str, Any] = {"username": data.username or None, "password": data.password or None}
    if url.kind is not RedisKind.CLUSTER:
        options |= {"db": data.db, "retry": Retry(NoBackoff(), 0)}
    return options | _tls(url.trust)


def _tls(trust: Trust | None) -> dict[str, Any]:
    if trust is None:
        return {}
    return {
        "ssl": True,
        "ssl_ca_certs": trust.ca_file or None,
        "ssl_certfile": trust.certificate or None,
        "ssl_keyfile": trust.key or None,
        "ssl_password": trust.key_password or None,
        "ssl_cert_reqs": "required" if trust.verify else "none",
        "ssl_check_hostname": trust.check_hostname and trust.verify,
        "ssl_exclude_verify_flags": [ssl.VERIFY_X509_STRICT],  # as `tls_context` has it
    }


async def _of(server: Redis, far_ms: float) -> list[Finding]:
    async with server:
        took_ms = [await _ping_ms(server) for _ in range(PINGS)]
        return [_distance(median(took_ms), far_ms), *_kept(await server.info())]


async def _ping_ms(server: Redis) -> float:
    began = time.perf_counter()
    await server.ping()
    return (time.perf_counter() - began) * 1000


def _distance(ms: float, far_ms: float) -> Finding:
    grade = Grade.GOOD if ms < far_ms else Grade.DOUBTFUL
    change = "" if grade is Grade.GOOD else "put Redis and QuickPoll into one data centre: each answer waits for Redis"
    return Finding("Redis's distance", grade, f"{ms:.1f} ms to an answer, in the median", change)


def _kept(info: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether it keeps what it takes; a service may hide any of the fields."""
    if info.get("aof_enabled") == 0:
        change = "set appendonly to yes: else what was accepted since the last snapshot is lost with the process"
        yield Finding("Redis's disk", Grade.DOUBTFUL, "it keeps no append-only file", change)
    elif info.get("aof_last_write_status", "ok") != "ok":
        yield Finding("Redis's disk", Grade.WRONG, "its last write failed", "free space on its disk; look at its log")
    elif "aof_enabled" in info:
        yield Finding("Redis's disk", Grade.GOOD, "it keeps an append-only file, and the last write went well")
    used, most = info.get("used_memory", 0), info.get("maxmemory", 0)
    if most:
        grade = Grade.GOOD if used < FULL * most else Grade.DOUBTFUL
        change = "" if grade is Grade.GOOD else "raise maxmemory: when it is full, no answer is accepted"
        yield Finding("Redis's memory", grade, f"{used / most:.0%} of maxmemory is in use", change)
