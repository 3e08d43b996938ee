"""The sign of life in Redis."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from gateway.heartbeat import Heartbeat
from quickpoll.keys import GATEWAYS
from quickpoll.store.link import LinkLost, RedisLink
from quickpoll.store.nodes import Links, OneNode
from quickpoll.store.script import Call, Script
from tests.gateway.standin import CODE, QUICK, WITHIN_S, House, keys_of
from tests.redis_client import Client, node_of
from tests.redis_time import time_ms


async def test_a_gateway_says_that_it_lives_by_redis_own_clock(home: House) -> None:
    first = await home.redis.zscore(GATEWAYS, home.gateway.id)
    assert first is not None
    assert abs(first - await time_ms(home.redis)) < 1000
    async with asyncio.timeout(WITHIN_S):
        while (await home.redis.zscore(GATEWAYS, home.gateway.id) or 0) <= first:
            pass


async def test_a_stopped_gateway_is_no_longer_there(home: House) -> None:
    await home.gateway.stop()
    assert await home.redis.zscore(GATEWAYS, home.gateway.id) is None


async def test_who_was_counted_as_dead_has_its_clients_resume(home: House) -> None:
    player = await home.player()
    await home.redis.zrem(GATEWAYS, home.gateway.id)
    assert await player.closed() == (4000, "resume")


async def test_who_was_about_to_be_let_in_then_comes_again_too(home: House) -> None:
    """The join may lie before what says that the gateway is lost, and its reply come after all others resumed."""
    home.coordinator.answers = False
    client = await home.client()
    await client.say("join_session", code=CODE, name="Ann")
    command = await home.coordinator.command()
    await home.redis.zrem(GATEWAYS, home.gateway.id)
    assert await client.closed() == (4000, "resume")
    await home.coordinator.answer(command)
    assert (await home.coordinator.disconnected()).connection == command.connection


async def test_who_was_counted_as_dead_learns_it_also_when_the_reply_to_a_beat_is_lost(
    redis: Client, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = Links(OneNode(node_of(redis_url)))
    learned = asyncio.Event()
    beating = Heartbeat(links, "gw", QUICK, learned.set)
    await beating.begin()
    await redis.zrem(GATEWAYS, "gw")
    run, lost, entered = Script.run, asyncio.Event(), asyncio.Event()

    async def run_and_lose(script: Script, link: RedisLink, calls: Sequence[Call]) -> list[Any]:
        results = await run(script, link, calls)
        if not lost.is_set():
            lost.set()
            raise LinkLost("the reply is lost")
        if calls[0][1] == ["gw", "NX"]:
            entered.set()
        return results

    monkeypatch.setattr(Script, "run", run_and_lose)
    running = asyncio.create_task(beating.run())
    async with asyncio.timeout(5):
        await learned.wait()
        await entered.wait()
    assert lost.is_set()
    assert await redis.zscore(GATEWAYS, "gw")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    links.close()


async def test_a_session_that_went_with_redis_memory_ends(home: House) -> None:
    player = await home.player()
    await home.redis.delete(keys_of().session(CODE))
    await home.redis.zrem(GATEWAYS, home.gateway.id)
    assert (await player.hear())["type"] == "session_closed"
    assert (await player.closed())[0] == 4500
