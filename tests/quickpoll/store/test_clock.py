import asyncio

import pytest

from quickpoll.store.clock import Clocks, ClockTimes, RedisClock
from quickpoll.store.link import LinkLost, RedisLink, Refusal
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links, OneNode
from tests.quickpoll.store.test_nodes import Map
from tests.redis_client import Client, node_of
from tests.redis_time import time_ms


async def test_it_tells_the_time_of_redis(redis: Client, link: RedisLink) -> None:
    clock = RedisClock()
    await clock.synchronise(link)
    before = await time_ms(redis)
    assert before - 2 <= clock.now_ms() <= await time_ms(redis) + 2


async def test_it_tells_how_long_it_is_until_a_moment(redis: Client, link: RedisLink) -> None:
    clock = RedisClock()
    await clock.synchronise(link)
    now = clock.now_ms()
    assert 0.9 < clock.seconds_until(now + 1000) <= 1.001
    assert clock.seconds_until(now - 1000) < -0.9


async def test_steps_of_the_wall_clock_have_no_effect(
    redis: Client, link: RedisLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = RedisClock()
    await clock.synchronise(link)
    before = clock.now_ms()
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert 0 <= clock.now_ms() - before < 1000


async def test_the_quickest_round_trip_counts() -> None:
    monotonic = iter([0.0, 0.0, 0.5, 1.0, 1.002, 2.0, 2.3, 3.0, 3.4, 4.0, 4.2, 5.0])
    server = iter([100, 1_001, 2_900, 3_900, 4_900])

    class Wire:
        async def call(self, _: object) -> list[list[bytes]]:
            return [[b"0", b"%d" % (next(server) * 1000)]]

    clock = RedisClock(lambda: next(monotonic))
    await clock.synchronise(Wire())  # type: ignore[arg-type]
    assert clock.round_trip_ms == pytest.approx(2.0)
    assert clock.now_ms() == 5_000


async def test_the_clocks_of_all_nodes_are_measured_again_and_again(
    redis: Client, links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    clocks = Clocks(links, ClockTimes(0.0, 0.0))
    measured, times = asyncio.Event(), 0
    synchronise = clocks.synchronise

    async def fail_at_first() -> None:
        nonlocal times
        times += 1
        if times == 1:
            raise LinkLost("not yet")
        await synchronise()

    monkeypatch.setattr(clocks, "synchronise", fail_at_first)
    keeping = asyncio.create_task(clocks.keep(measured.set))
    async with asyncio.timeout(5):
        await measured.wait()
    assert times >= 2
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    before = await time_ms(redis)
    assert before - 2 <= clocks.of(0).now_ms() <= clocks.roughly_ms() <= await time_ms(redis) + 2


async def test_the_clock_of_a_node_that_has_not_answered_yet_is_measured_soon(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, away = node_of(redis_url), Node(path="/nowhere/at/all")
    links = Links(Map(here, away))
    clocks = Clocks(links, ClockTimes(again_s=0.0))
    asked, to = asyncio.Event(), links.to

    async def come_back(node: Node) -> RedisLink:
        if node == away and not asked.is_set():
            asked.set()
            raise LinkLost("not yet")
        return await to(here)

    monkeypatch.setattr(links, "to", come_back)
    all_measured = asyncio.Event()
    keeping = asyncio.create_task(
        clocks.keep(lambda: all_measured.set() if clocks.round_trip_ms < float("inf") else None)
    )
    async with asyncio.timeout(5):
        await all_measured.wait()
    assert asked.is_set()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    links.close()


async def test_without_redis_the_clocks_cannot_be_measured() -> None:
    with pytest.raises(LinkLost):
        await Clocks(Links(OneNode(Node(path="/nowhere/at/all")))).synchronise()


async def test_where_redis_refuses_to_tell_the_time_the_clock_stays_as_it_was(redis: Client, link: RedisLink) -> None:
    await redis.acl_setuser("mute", enabled=True, nopass=True, commands=["+@all", "-time"])
    await link.call([("AUTH", "mute", "any")])
    clock = RedisClock()
    with pytest.raises(Refusal, match="NOPERM"):
        await clock.synchronise(link)
    assert clock.round_trip_ms == float("inf")
    await redis.acl_deluser("mute")
