"""The map of a real cluster; whole quizzes on one are in `tests/system/test_cluster.py`."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from quickpoll.keys import PartitionKeys
from quickpoll.store.cluster import ClusterNodes, slot_of
from quickpoll.store.link import LinkLost, Refusal
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links, open_node
from quickpoll.store.url import parse
from tests.redis_client import node_of
from tests.system.harness import free_port
from tests.system.servers import RedisCluster, Server, eventually, redis_cluster, serving

WITHIN_S = 10.0


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisCluster]:
    async with redis_cluster(tmp_path) as cluster:
        yield cluster


def node_at(server: Server) -> Node:
    return node_of(f"redis://{server.address}")


@pytest.mark.parametrize(
    ("key", "slot"),
    # The examples of the specification, and CRC16's check value.
    [("{user1000}.following", 3443), ("foo{}{bar}", 8363), ("foo{{bar}}zap", 4015), ("123456789", 0x31C3)],
)
def test_a_slot_follows_from_what_is_in_the_braces(key: str, slot: int) -> None:
    assert slot_of(key) == slot


async def test_a_node_stays_the_same_object_so_that_16_384_slots_are_compared_at_once(redis: RedisCluster) -> None:
    nodes = ClusterNodes(parse(f"redis+cluster://{redis.masters[0].address}"), 64)
    asked = node_at(redis.masters[0])
    link = await open_node(asked)
    try:
        assert await nodes.ask(link, asked)
        before = [nodes.of(partition) for partition in range(64)]
        assert not await nodes.ask(link, asked)
        assert [id(nodes.of(partition)) for partition in range(64)] == [id(node) for node in before]
    finally:
        link.close()


async def test_it_follows_a_slot_that_moves_and_a_replica_that_takes_over(redis: RedisCluster) -> None:
    nodes = ClusterNodes(
        parse(f"redis+cluster://127.0.0.1:1,{redis.replicas[0].address}"), 64
    )  # one of them is not there
    await nodes.start()
    changed, links = asyncio.Event(), Links(nodes)
    nodes.watch(changed.set)
    try:
        assert set(nodes.all) == {node_at(server) for server in redis.masters}
        for partition in (0, 17, 63):
            assert nodes.of(partition) == nodes.at(PartitionKeys(partition).stream)
            assert nodes.of(partition) == node_at(await redis.holder(partition))

        target = next(master for master in redis.masters if node_at(master) != nodes.of(17))
        await redis.move(17, target)
        with pytest.raises(Refusal, match="MOVED"):
            await links.ask_of(17, ("GET", PartitionKeys(17).lease))
        async with asyncio.timeout(WITHIN_S):
            await changed.wait()
        assert nodes.of(17) == node_at(target)
        assert await links.ask_of(17, ("GET", PartitionKeys(17).lease)) == [None]

        await target.kill()
        async with asyncio.timeout(WITHIN_S):
            while nodes.of(17) == node_at(target):
                changed.clear()
                with pytest.raises((LinkLost, Refusal)):
                    await links.ask_of(17, ("GET", PartitionKeys(17).lease))
                await asyncio.wait((asyncio.ensure_future(changed.wait()),), timeout=0.2)
        assert nodes.of(17) == node_at(redis.replicas[redis.masters.index(target)])
        assert await links.ask_of(17, ("SET", PartitionKeys(17).lease, "c:1")) == [b"OK"]
    finally:
        links.close()
        await nodes.close()


async def test_it_enters_with_the_password_that_all_nodes_have(tmp_path: Path) -> None:
    async with serving(tmp_path, "--cluster-enabled", "yes", "--cluster-port", str(free_port())) as server:
        await server.admin.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        await eventually(server.admin.set, "a", "b")
        await server.admin.config_set("requirepass", "p@ss/word")
        with pytest.raises(Refusal, match="NOAUTH"):
            await ClusterNodes(parse(f"redis+cluster://{server.address}"), 64).start()
        nodes = ClusterNodes(parse(f"redis+cluster://:p%40ss%2Fword@{server.address}"), 64)
        await nodes.start()
        links = Links(nodes)
        assert await links.ask(nodes.at("a"), ("GET", "a")) == [b"b"]
        links.close()
        await nodes.close()
