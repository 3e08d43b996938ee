"""Batches to the streams of a real server."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import pytest

from gateway.appender import PACKED_BYTES, Appender
from gateway.timing import Timing
from quickpoll.keys import PACKED_ENTRIES, PartitionKeys
from quickpoll.store.node import Node
from quickpoll.store.nodes import NOBODY, OneNode
from quickpoll.store.outage import Unreachable
from tests.gateway.standin import QUICK, with_timing
from tests.quickpoll.store.test_nodes import Map
from tests.redis_client import Client, node_of

KEYS = PartitionKeys(1)


@pytest.fixture
async def appending(redis_url: str, timing: Timing) -> AsyncIterator[Appender]:
    appending = Appender(OneNode(node_of(redis_url)), 4, timing, set())
    running = asyncio.create_task(appending.run())
    yield appending
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    appending.close()


def must_not_fail() -> None:
    raise AssertionError("it was appended")


async def entries(redis: Client) -> list[bytes]:
    found: Any = await redis.xrange(KEYS.stream)
    return [data for _, fields in found for data in fields.values()]


@with_timing(batch=7)
async def test_entries_keep_their_order(appending: Appender, redis: Client) -> None:
    sent = [b"%d" % number for number in range(50)]
    for data in sent:
        appending.append(1, data, must_not_fail)
        if data == b"20":
            await asyncio.sleep(0)
    await appending.flush(5)
    assert await entries(redis) == sent


async def test_what_comes_together_is_appended_in_one_round_trip(appending: Appender, redis: Client) -> None:
    appending.append(1, b"opens the connection", must_not_fail)
    await appending.flush(5)
    before = (await redis.info("stats"))["total_reads_processed"]
    for number in range(100):
        appending.append(number % 4, b"x", must_not_fail)
    await appending.flush(5)
    after = (await redis.info("stats"))["total_reads_processed"]
    assert after - before == 2  # the batch, and this question


async def test_only_what_redis_refused_has_failed(appending: Appender, redis: Client) -> None:
    await redis.set(PartitionKeys(2).stream, "no stream")
    failed: list[int] = []
    appending.append(2, b"one", lambda: failed.append(2))
    appending.append(1, b"two", must_not_fail)
    await appending.flush(5)
    assert failed == [2]
    assert await entries(redis) == [b"two"]


async def test_where_nobody_answers_everything_fails(unused_tcp_port: int) -> None:
    away = Appender(OneNode(Node("127.0.0.1", unused_tcp_port)), 4, QUICK, set())
    failed: list[int] = []
    for number in range(3):
        away.append(number, b"x", partial(failed.append, number))
    running = asyncio.create_task(away.run())
    await away.flush(5)
    assert failed == [0, 1, 2]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_a_replica_refused_is_held_until_there_is_a_master(appending: Appender, redis: Client) -> None:
    await redis.replicaof("127.0.0.1", "1")
    appending.append(1, b"one", must_not_fail)
    appending.append(1, b"two", must_not_fail)
    await appending.flush(0.1)  # both are held by now
    appending.append(1, b"three", must_not_fail)
    await redis.replicaof("NO", "ONE")
    await appending.flush(5)
    assert await entries(redis) == [b"one", b"two", b"three"]


@with_timing(hold_s=0.1)
async def test_it_is_not_held_without_end(appending: Appender, redis: Client) -> None:
    await redis.replicaof("127.0.0.1", "1")
    failed: list[int] = []
    appending.append(1, b"one", lambda: failed.append(1))
    await appending.flush(5)
    await redis.replicaof("NO", "ONE")
    assert failed == [1]
    assert await entries(redis) == []


async def test_what_lay_nowhere_or_on_a_node_that_is_gone_is_appended_where_it_lies_now(
    redis: Client, redis_url: str
) -> None:
    class Reshaped(Map):
        def of(self, partition: int) -> Node:
            return super().of(partition) if self.all else NOBODY

    nodes = Reshaped()
    appending = Appender(nodes, 4, QUICK, set())
    running = asyncio.create_task(appending.run())
    appending.append(1, b"one", must_not_fail)
    await appending.flush(0.05)
    appending.append(1, b"two", must_not_fail)
    nodes.set(node_of(redis_url))
    await appending.flush(5)
    assert await entries(redis) == [b"one", b"two"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    appending.close()


@pytest.fixture
def hanging() -> Iterator[Node]:
    """A node that takes connections, and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield Node(*silent.getsockname())


async def test_what_waits_for_a_busy_node_keeps_its_order_when_its_partition_moves(
    redis: Client, redis_url: str, hanging: Node
) -> None:
    class Moves(Map):
        holder = hanging

        def of(self, partition: int) -> Node:
            return self.holder if partition == 1 else hanging

    nodes = Moves(node_of(redis_url), hanging)
    appending = Appender(nodes, 4, QUICK, set())
    running = asyncio.create_task(appending.run())
    appending.append(2, b"keeps it busy", lambda: None)
    await appending.flush(0.1)
    appending.append(1, b"one", must_not_fail)
    nodes.holder = node_of(redis_url)
    nodes.set(node_of(redis_url), hanging)
    appending.append(1, b"two", must_not_fail)
    await appending.flush(5)
    assert await entries(redis) == [b"one", b"two"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    appending.close()


async def test_redis_away_is_two_lines_however_many_entries_fail(
    appending: Appender, redis: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await redis.set(KEYS.stream, "no stream")
    failed: list[int] = []
    for number in range(600):
        appending.append(1, b"x", partial(failed.append, number))
    await appending.flush(5)
    assert failed == list(range(600))
    await redis.delete(KEYS.stream)
    appending.append(1, b"x", must_not_fail)
    await appending.flush(5)
    assert [record.message.partition(" now")[0] for record in caplog.records] == [
        "Redis cannot be used",
        "Redis is back",
    ]


async def test_it_believes_others_that_redis_is_back(redis_url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    away: Unreachable = set()
    appending = Appender(OneNode(Node(path="/nowhere")), 4, QUICK, away)
    running = asyncio.create_task(appending.run())
    appending.append(1, b"x", lambda: None)
    await appending.flush(5)
    assert away
    appending.reached()
    assert not away
    assert "Redis is back" in caplog.text
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@with_timing(batch=250)
async def test_what_comes_together_for_a_partition_is_packed(appending: Appender, redis: Client) -> None:
    sent = [b"%d" % number for number in range(PACKED_ENTRIES + 20)]
    appending.append(1, b"opens the connection", must_not_fail)
    await appending.flush(5)
    for number, data in enumerate(sent):
        appending.append(1, data, must_not_fail)
        if number < 3:
            appending.append(2, data, must_not_fail)
    await appending.flush(5)
    found: Any = await redis.xrange(KEYS.stream)
    assert [len(fields) for _, fields in found] == [1, PACKED_ENTRIES, 20]
    assert (await entries(redis))[1:] == sent
    assert await redis.xlen(PartitionKeys(2).stream) == 1


async def test_large_entries_are_not_packed(appending: Appender, redis: Client) -> None:
    sent = [b"opens the connection", b"small", b"x" * PACKED_BYTES, b"y" * PACKED_BYTES, b"small"]
    for data in sent:
        appending.append(1, data, must_not_fail)
    await appending.flush(5)
    assert await entries(redis) == sent
    found: Any = await redis.xrange(KEYS.stream)
    assert all(len(fields) == 1 for _, fields in found if len(b"".join(fields.values())) >= PACKED_BYTES)


async def test_all_in_a_pack_that_redis_refuses_have_failed(appending: Appender, redis: Client) -> None:
    await redis.set(PartitionKeys(2).stream, "no stream")
    failed: list[int] = []
    for number in range(3):
        appending.append(2, b"x", partial(failed.append, number))
    appending.append(1, b"two", must_not_fail)
    await appending.flush(5)
    assert failed == [0, 1, 2]
