"""The map of a real master behind Sentinels; whole quizzes are in `tests/system/test_cluster.py`."""

import asyncio
from contextlib import nullcontext
from pathlib import Path

import pytest

from quickpoll.store.link import LinkLost, Refusal, open_link
from quickpoll.store.nodes import open_node
from quickpoll.store.sentinel import SentinelNodes
from quickpoll.store.url import parse
from tests.redis_client import node_of
from tests.system.servers import sentinels

WITHIN_S = 15.0


async def test_it_follows_the_master(tmp_path: Path) -> None:
    async with sentinels(tmp_path) as redis:
        nodes = SentinelNodes(parse(redis.url))
        await nodes.start()
        first = nodes.of(0)
        assert first == nodes.at("any key") == node_of(f"redis://{redis.master.address}")
        assert list(nodes.all) == [first]
        with pytest.raises(Refusal, match="READONLY this server is a replica now"):
            await open_node(node_of(f"redis://{redis.replica.address}/0"))

        changed = asyncio.Event()
        nodes.watch(changed.set)
        await redis.sentinels[0].kill()
        await redis.master.kill()
        async with asyncio.timeout(WITHIN_S):
            while not changed.is_set():
                with pytest.raises(LinkLost) as gone:
                    await open_node(first)
                nodes.doubt(gone.value)
                await asyncio.wait((asyncio.ensure_future(changed.wait()),), timeout=0.2)
        assert nodes.of(0) == node_of(f"redis://{redis.replica.address}")
        (await open_node(nodes.of(0))).close()
        await nodes.close()


async def test_a_sentinel_that_is_behind_is_passed_over(tmp_path: Path) -> None:
    async with sentinels(tmp_path) as redis:
        behind, *others = redis.sentinels
        nodes = SentinelNodes(parse(redis.url))
        for monitor in (("REMOVE", redis.service), ("MONITOR", redis.service, "127.0.0.1", redis.replica.peer_port, 1)):
            await behind.admin.execute_command("SENTINEL", *monitor)
        for sentinel, error in ((behind, "READONLY"), (others[0], "")):
            node = node_of(f"redis://{sentinel.address}")
            link = await open_link(node)
            with pytest.raises(Refusal, match=error) if error else nullcontext():
                assert await nodes.ask(link, node)
            link.close()
        assert nodes.of(0) == node_of(f"redis://{redis.master.address}")


async def test_a_name_that_no_sentinel_knows_is_told(tmp_path: Path) -> None:
    async with sentinels(tmp_path) as redis:
        nodes = SentinelNodes(parse(redis.url.replace(redis.service, "polls")))
        with pytest.raises(Refusal, match="knows no polls"):
            await nodes.start()
