"""What is waited for, on a real master with a real replica."""

import logging
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from coordinator.batch.replicas import Replicas
from quickpoll.store.link import RedisLink, Refusal
from quickpoll.store.nodes import open_node
from tests.redis_client import node_of
from tests.system.servers import Server, eventually, is_followed, master_and_replica

ServedPair = tuple[Server, Server]


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[ServedPair]:
    async with master_and_replica(tmp_path) as pair:
        yield pair


async def write(link: RedisLink) -> None:
    assert await link.call([("SET", "k", "v")]) == [b"OK"]


async def test_what_is_safe_with_a_replica_is_there(pair: ServedPair) -> None:
    master, replica = pair
    link = await open_node(node_of(f"redis://{master.address}"))
    await write(link)
    await Replicas().wait(link)
    assert await replica.admin.get("k") == b"v"
    link.close()


async def test_what_a_replica_does_not_confirm_is_not_safe(pair: ServedPair) -> None:
    master, replica = pair
    link, replicas = await open_node(node_of(f"redis://{master.address}")), Replicas()
    replica.send_signal(signal.SIGSTOP)
    await write(link)
    with pytest.raises(Refusal, match="NOTDURABLE no replica has confirmed it"):
        await replicas.wait(link)
    replica.send_signal(signal.SIGCONT)
    await replicas.wait(link)
    link.close()


async def test_a_master_without_a_replica_goes_on_and_says_so_once(
    pair: ServedPair, caplog: pytest.LogCaptureFixture
) -> None:
    master, replica = pair
    link, replicas = await open_node(node_of(f"redis://{master.address}")), Replicas()
    await replica.kill()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await write(link)
            await replicas.wait(link)
    assert [record.message for record in caplog.records] == [
        "a master of Redis has no replica: what is accepted now is on one server only"
    ]
    await replica.start()
    await eventually(is_followed, master)
    await write(link)
    await replicas.wait(link)
    assert await replica.admin.get("k") == b"v"
    link.close()
