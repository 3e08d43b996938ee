import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from program.preflight import examine
from quickpoll.keys import LAYOUT
from quickpoll.settings import Durability, Failure
from tests.redis_client import Client, node_of
from tests.system.harness import free_port
from tests.system.servers import eventually, serving


@asynccontextmanager
async def user(redis: Client, rights: str) -> AsyncIterator[None]:
    """The server has a user `quiz` with the password `secret` and these rights."""
    await redis.execute_command("ACL", "SETUSER", "quiz", "reset", "on", ">secret", *rights.split())  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        await redis.execute_command("ACL", "DELUSER", "quiz")  # type: ignore[no-untyped-call]


async def test_an_empty_redis_is_good(redis_url: str) -> None:
    await examine(redis_url, 64)


async def test_sessions_in_as_many_partitions_are_good(redis: Client, redis_url: str) -> None:
    await redis.hset(LAYOUT, "partitions", "32")
    await examine(redis_url, 32)


async def test_sessions_in_another_number_of_partitions_are_refused(redis: Client, redis_url: str) -> None:
    await redis.hset(LAYOUT, "partitions", "32")
    with pytest.raises(Failure, match=r"in 32 partitions, not 64; set QUICKPOLL_PARTITIONS to 32"):
        await examine(redis_url, 64)


async def test_a_redis_that_may_throw_sessions_away_is_refused(redis: Client, redis_url: str) -> None:
    await redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(Failure, match="set maxmemory-policy to noeviction"):
            await examine(redis_url, 64)
    finally:
        await redis.config_set("maxmemory-policy", "noeviction")


@asynccontextmanager
async def altered(redis_url: str, said: bytes, instead: bytes) -> AsyncIterator[str]:
    """The URL of a proxy that alters what the server says, to words of the same length."""
    loop = asyncio.get_running_loop()

    class Side(asyncio.Protocol):
        """One of the two connections of a client; what comes in goes out by the other."""

        def __init__(self, other: "Side | None" = None) -> None:
            self.other = other
            self.waiting = b""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast(asyncio.Transport, transport)
            if self.other is None:
                self.connecting = loop.create_task(self.connect())
            else:
                self.other.other = self
                self.transport.write(self.other.waiting)

        async def connect(self) -> None:
            await loop.create_unix_connection(lambda: Side(self), node_of(redis_url).path)

        def data_received(self, data: bytes) -> None:
            if self.other is None:
                self.waiting += data
            else:
                self.other.transport.write(data.replace(said, instead))

        def connection_lost(self, exc: Exception | None) -> None:
            if self.other:
                self.other.transport.abort()

    proxy = await loop.create_server(Side, "127.0.0.1", 0)
    yield "redis://{}:{}".format(*proxy.sockets[0].getsockname())
    proxy.close()


@pytest.mark.parametrize(
    ("said", "instead", "why"),
    [
        (b"redis_version:7", b"redis_version:6", r"Redis 6\..* is too old"),  # KeyDB 6.3.4
        (b"SSUBSCRIBE", b"XSUBSCRIBE", "does not know SSUBSCRIBE"),  # Dragonfly, and proxies before a Redis
        (b"SPUBLISH", b"XPUBLISH", "does not know SPUBLISH"),
        (b"maxmemory_policy:noeviction", b"maxmemory_policy:eviction  ", r"\(maxmemory-policy eviction"),  # Dragonfly
    ],
)
async def test_a_server_that_is_like_redis_and_not_enough_is_told_so(
    redis_url: str, said: bytes, instead: bytes, why: str
) -> None:
    """A stand-in: a real server behind a proxy by which it answers as KeyDB and Dragonfly do."""
    async with altered(redis_url, said, instead) as url:
        async with asyncio.timeout(5):
            with pytest.raises(Failure, match=why) as failure:
                await examine(url, 64)
    assert "\n" not in str(failure.value)
    assert "QuickPoll needs Valkey 7.2, Redis 7" in str(failure.value) or "noeviction" in str(failure.value)


async def test_a_redis_that_is_too_old_is_refused(redis_url: str) -> None:
    async with altered(redis_url, b"redis_version:7", b"redis_version:6") as url:
        with pytest.raises(Failure, match=r"Redis 6\..* is too old; QuickPoll needs Valkey 7.2, Redis 7, or later"):
            await examine(url, 64)


@pytest.mark.parametrize("field", [b"maxmemory_policy:", b"redis_version:"])
async def test_a_field_that_info_does_not_have_is_no_reason_not_to_start(
    redis_url: str, field: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with altered(redis_url, field, b"x" + field[1:]) as url:
        await examine(url, 64)
    said = "does not tell its maxmemory-policy; make sure that it is noeviction"
    assert (said in caplog.text) == (field == b"maxmemory_policy:")


async def test_a_user_without_info_is_told_what_to_make_sure_of(
    redis: Client, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with user(redis, "~* &* +@all -info"):
        await examine(f"unix://quiz:secret@{node_of(redis_url).path}", 64)
    assert "make sure that it is noeviction" in caplog.text


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        ("~* resetchannels +@all", r"does not allow SSUBSCRIBE .* give it the right &qp:\*"),
        ("~* &* +@all -@scripting", r"does not allow .* give it the right \+evalsha"),
        ("~other:* &* +@all", r"give it the right ~qp:\*"),
        ("~* &* +@all -client|unblock", r"does not allow CLIENT UNBLOCK .* give it the right \+client\|unblock"),
        ("~* &* +@all -xadd", r"does not allow XADD .* give it the right \+xadd"),
        ("~* &* +@all -spublish", r"does not allow SPUBLISH .* give it the right \+spublish"),
    ],
)
async def test_what_a_user_may_not_do_is_told_with_the_right_to_give(
    redis: Client, redis_url: str, rights: str, said: str
) -> None:
    async with user(redis, rights):
        with pytest.raises(Failure, match=said) as failure:
            await examine(f"unix://quiz:secret@{node_of(redis_url).path}", 64)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("quiz:wrong", "refuses the user or the password of QUICKPOLL_REDIS_URL"),
        ("nobody", "refuses the user or the password of QUICKPOLL_REDIS_URL"),
    ],
)
async def test_a_wrong_user_is_told_so(redis: Client, redis_url: str, entry: str, said: str) -> None:
    async with user(redis, "~* &* +@all"):
        with pytest.raises(Failure, match=said):
            await examine(f"unix://{entry}@{node_of(redis_url).path}", 64)


async def test_a_user_without_a_password_enters_by_name(redis: Client, redis_url: str) -> None:
    async with user(redis, "~* &* +@all nopass"):
        await examine(f"unix://quiz@{node_of(redis_url).path}", 64)


async def test_a_replica_is_told_so(redis: Client, redis_url: str) -> None:
    await redis.replicaof("127.0.0.1", "1")
    try:
        with pytest.raises(Failure, match="name the master in QUICKPOLL_REDIS_URL, not a replica"):
            await examine(redis_url, 64)
    finally:
        await redis.replicaof("NO", "ONE")


async def test_a_server_that_takes_connections_and_says_nothing_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        async with asyncio.timeout(6):
            with pytest.raises(Failure, match="does not answer"):
                await examine(f"redis://{host}:{port}", 64)


async def test_a_proxy_that_passes_no_messages_on_is_told_so(redis_url: str) -> None:
    async with altered(redis_url, b"smessage", b"xmessage") as url:
        with pytest.raises(Failure, match="xmessage"):
            await examine(url, 64)


async def test_a_trial_leaves_nothing_behind(redis: Client, redis_url: str) -> None:
    await examine(redis_url, 64)
    assert await redis.keys("*") == []


async def test_a_redis_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(Failure, match=r"does not answer .* or correct QUICKPOLL_REDIS_URL") as failure:
        await examine("redis://someone:hunter2@127.0.0.1:1/0", 64)
    assert str(failure.value).startswith("Redis at redis://127.0.0.1:1/0 ")
    assert "\n" not in str(failure.value)


async def test_a_node_of_a_cluster_is_not_taken_for_a_single_server(tmp_path: Path) -> None:
    async with serving(tmp_path, "--cluster-enabled", "yes", "--cluster-port", str(free_port())) as server:
        await server.admin.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        await eventually(server.admin.set, "a", "b")
        with pytest.raises(Failure, match=r"is a node of a Cluster; set QUICKPOLL_REDIS_URL to redis\+cluster://"):
            await examine(f"redis://{server.address}", 64)
        await examine(f"redis+cluster://{server.address}", 64)


async def test_a_single_server_is_not_taken_for_a_cluster(tmp_path: Path) -> None:
    async with serving(tmp_path, "--maxmemory-policy", "noeviction") as server:
        with pytest.raises(Failure, match=r"Redis at redis\+cluster://.*cluster support disabled"):
            await examine(f"redis+cluster://{server.address}", 64)
        with pytest.raises(Failure, match=r"appendonly no and appendfsync .*; set appendonly to yes"):
            await examine(f"redis://{server.address}", 64, Durability.DISK)


async def test_to_the_disk_goes_only_what_is_always_synced(tmp_path: Path) -> None:
    options = ("--maxmemory-policy", "noeviction", "--appendonly", "yes")
    async with serving(tmp_path, *options) as server:
        url = f"redis://{server.address}"
        await examine(url, 64, Durability.REPLY)
        with pytest.raises(Failure, match=r"is disk, but Redis has .* appendfsync everysec; set .* to always in Redis"):
            await examine(url, 64, Durability.DISK)
        await server.admin.config_set("appendfsync", "always")
        await examine(url, 64, Durability.DISK)
        await server.admin.acl_setuser("default", enabled=True, nopass=True, commands=["-config"])
        with pytest.raises(Failure, match=r"does not tell its appendfsync .* if it is always, set .* to reply"):
            await examine(url, 64, Durability.DISK)
