"""The sign of life in Redis, and the clock."""

import asyncio

import pytest

from gateway import heartbeat
from gateway.heartbeat import keep_synchronised
from quickpoll.clock import RedisClock
from quickpoll.keys import GATEWAYS
from quickpoll.redis import Client, time_ms
from tests.gateway.standin import CODE, WITHIN_S, House, keys_of


async def test_a_gateway_says_that_it_lives_by_redis_own_clock(home: House) -> None:
    first = await home.redis.zscore(GATEWAYS, home.gateway.id)
    assert first is not None
    assert abs(first - await time_ms(home.redis)) < 1000
    for _ in range(2):
        await asyncio.sleep(heartbeat.BEAT_EVERY_S)
    assert (await home.redis.zscore(GATEWAYS, home.gateway.id) or 0) > first


async def test_a_stopped_gateway_is_no_longer_there(home: House) -> None:
    await home.gateway.stop()
    assert await home.redis.zscore(GATEWAYS, home.gateway.id) is None


async def test_who_was_counted_as_dead_has_its_clients_resume(home: House) -> None:
    player = await home.player()
    await home.redis.zrem(GATEWAYS, home.gateway.id)
    assert await player.closed() == (4000, "resume")


async def test_a_session_that_went_with_redis_memory_ends(home: House) -> None:
    player = await home.player()
    await home.redis.delete(keys_of().session(CODE))
    await home.redis.zrem(GATEWAYS, home.gateway.id)
    assert (await player.hear())["type"] == "session_closed"
    assert (await player.closed())[0] == 4500


async def test_the_clock_is_measured_again_and_again(redis: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "SYNCHRONISE_EVERY_S", 0.0)
    monkeypatch.setattr(heartbeat, "SYNCHRONISE_AGAIN_S", 0.0)
    measured = asyncio.Event()
    attempts = 0

    class Clock(RedisClock):
        async def synchronise(self, client: Client) -> None:
            nonlocal attempts
            attempts += 1
            if attempts == 1:
                raise ConnectionError
            await super().synchronise(client)
            if attempts == 3:
                measured.set()

    clock = Clock()
    keeping = asyncio.create_task(keep_synchronised(clock, redis))
    async with asyncio.timeout(WITHIN_S):
        await measured.wait()
    assert abs(clock.now_ms() - await time_ms(redis)) <= 2 + clock.round_trip_ms
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
