"""Broadcasts to the players of a session, published as the coordinator does, and what gateways pay for a delivery."""

import asyncio
import time
from typing import Any, Final

from redis.asyncio import Redis

from benchmarks.anchors import HEADER_BYTES, INTERVAL_MS, ROUNDS
from benchmarks.rig import Rig, cpu_ns, rig, spent_ms
from benchmarks.seats import seated
from quickpoll.envelope import Audience, Shared, Step, encode
from quickpoll.keys import PartitionKeys, partition_of

IDLE_S: Final = 4.0
PARTITIONS: Final = 64
PUBLISHES: Final = 2000
SETTLE_S: Final = 12.0
"""After joining: for some seconds each new connection is pinged often, and what that costs is not what is taken off."""


async def delivery_ns(gateways: int, connections: int, frame_bytes: int) -> float:
    """CPU of all gateways for one frame to one connection, in nanoseconds.

    What they spend anyway in that time, for pings mostly, is measured before and taken off.
    """
    async with rig(gateways) as server, seated(server.urls, connections) as session:
        await asyncio.sleep(SETTLE_S)
        idle, started = server.cpu(), time.perf_counter()
        await asyncio.sleep(IDLE_S)
        before, at = server.cpu(), time.perf_counter()
        await _publish(server, session.code, frame_bytes)
        spent = spent_ms(before, server.cpu(), "gateway")
        anyway = spent_ms(idle, before, "gateway") * (time.perf_counter() - at) / (at - started)
        return (spent - anyway) * 1e6 / (connections * ROUNDS)


async def _publish(server: Rig, code: str, frame_bytes: int) -> None:
    keys = PartitionKeys(partition_of(code, PARTITIONS))
    redis: Any = Redis.from_url(server.redis_url)
    token = int(await redis.get(keys.fence))
    step = int(await redis.hget(keys.session(code), "step"))
    text = b"%*s" % (frame_bytes - HEADER_BYTES, b'{"type":"lobby","player_count":1}')
    for number in range(1, ROUNDS + 1):
        message = encode(Step(token, step + number, (Shared(Audience.PLAYERS, 0, text),)))
        await redis.execute_command("SPUBLISH", keys.channel(code), message)
        await asyncio.sleep(INTERVAL_MS / 1000)
    await redis.aclose()


async def publish_us(redis_url: str, pid: int, subscribers: int) -> float:
    """CPU of Valkey for one publish to so many subscribers, in microseconds."""
    redis: Any = Redis.from_url(redis_url)
    listeners = [Redis.from_url(redis_url) for _ in range(subscribers)]
    readers = []
    for listener in listeners:
        pubsub: Any = listener.pubsub()
        await pubsub.ssubscribe("benchmark")
        readers.append(asyncio.create_task(_drain(pubsub)))
    before = cpu_ns(pid)
    for _ in range(PUBLISHES):
        await redis.execute_command("SPUBLISH", "benchmark", b"x" * 500)
    spent = cpu_ns(pid) - before
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    for client in (redis, *listeners):
        await client.aclose()
    return spent / PUBLISHES / 1000


async def _drain(pubsub: Any) -> None:
    while True:
        await pubsub.get_sharded_message(timeout=1)
