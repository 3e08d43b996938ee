from pathlib import Path

import pytest

from program.preflight import examine
from quickpoll.keys import LAYOUT
from quickpoll.settings import Durability, Failure
from quickpoll.store.library import FAKE_URL, Client
from tests.system.harness import free_port
from tests.system.servers import eventually, serving


async def test_an_empty_redis_is_good(redis_url: str) -> None:
    await examine(redis_url, 64)


async def test_the_stand_in_for_tests_is_good() -> None:
    await examine(FAKE_URL, 64)


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


async def test_a_redis_that_is_too_old_is_refused(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("program.preflight.OLDEST_REDIS", 99)
    with pytest.raises(Failure, match=r"Redis \d.* is too old; use "):
        await examine(redis_url, 64)


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
