"""Subscriptions: one for each session, kept through cuts, ended when nobody needs them."""

import asyncio
from typing import Any

import pytest

from gateway import subscriber
from gateway.app import Gateway
from quickpoll.redis import Client
from tests.gateway.standin import CODE, TOKENS, WITHIN_S, House, house, to_all


async def until_subscriptions(home: House, count: int) -> None:
    async with asyncio.timeout(WITHIN_S):
        while await home.subscriptions() != count:  # noqa: ASYNC110  (Redis tells nobody)
            await asyncio.sleep(0.01)


async def test_one_subscription_serves_all_of_a_session(home: House) -> None:
    players = [await home.player(str(number)) for number in range(20)]
    assert await home.subscriptions() == 1
    await home.coordinator.step(to_all(1))
    for player in players:
        assert (await player.hear())["seq"] == 1


async def test_the_subscription_is_there_before_the_command(home: House) -> None:
    home.coordinator.answers = False
    client = await home.client()
    await client.say("join_session", code=CODE, name="Ann")
    await home.coordinator.command()
    assert await home.subscriptions() == 1


async def test_it_ends_some_time_after_the_last_has_left(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriber, "LINGER_S", 0.1)
    first, second = await home.player("Ann"), await home.player("Bob")
    await first.socket.close()
    await home.coordinator.disconnected()
    assert (await second.ask("leave_session"))["type"] == "ok"
    await until_subscriptions(home, 0)
    await home.player("Cid")
    await home.coordinator.step(to_all(1))
    assert await home.subscriptions() == 1


async def test_it_stays_for_who_comes_back_soon(home: House) -> None:
    player = await home.player()
    assert (await player.ask("leave_session"))["type"] == "ok"
    assert await home.subscriptions() == 1
    assert (await player.ask("join_session", code=CODE, name="Ann"))["type"] == "joined"
    assert len(home.gateway._subscriber._interests) == 1


async def test_a_join_that_fails_leaves_no_subscription(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriber, "LINGER_S", 0.0)
    home.coordinator.answers = False
    client = await home.client()
    await client.say("join_session", code=CODE, name="Ann")
    await home.coordinator.reply(await home.coordinator.command(), b'{"type":"error"}')
    assert (await client.hear())["type"] == "error"
    await until_subscriptions(home, 0)


async def test_nothing_is_missed_when_the_subscriptions_are_cut_again_and_again(home: House) -> None:
    player = await home.player()
    for seq in range(1, 61):
        if seq % 20 == 10:
            await home.cut_subscriptions()
        await home.coordinator.step(to_all(seq))
        if seq % 7 == 0:
            await asyncio.sleep(0.01)
    assert [(await player.hear())["seq"] for _ in range(60)] == list(range(1, 61))


async def test_a_join_during_a_cut_misses_nothing_either(home: House) -> None:
    await home.cut_subscriptions()
    player = await home.player()
    await home.coordinator.step(to_all(1))
    assert (await player.hear())["seq"] == 1


async def test_silence_is_taken_for_a_dead_connection(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the gateway's own pings nothing comes, as when a network swallows everything."""
    player = await home.player()
    monkeypatch.setattr(subscriber, "SILENT_AFTER_S", 0.3)
    await home.cut_subscriptions()  # the next connection has the shorter patience
    (pinging,) = (task for task in home.gateway._tasks if task.get_name() == "ping")
    pinging.cancel()
    connections: set[int] = set()
    async with asyncio.timeout(WITHIN_S):
        while len(connections) < 3:
            clients: Any = await home.redis.client_list(_type="pubsub")
            connections |= {int(client["id"]) for client in clients}
            await asyncio.sleep(0.02)
    await home.coordinator.step(to_all(1))
    assert (await player.hear())["seq"] == 1


async def test_redis_away_for_a_while(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections stay, commands are `unavailable`, and all goes on when Redis is back."""
    player = await home.player()
    monkeypatch.setattr(subscriber, "SILENT_AFTER_S", 0.5)
    await home.cut_subscriptions()
    await home.redis.client_pause(2500)  # longer than any command of ours waits
    error = await player.ask("submit_answer", question=0, answer=0)
    assert error["code"] == "unavailable"
    await home.coordinator.step(to_all(1))
    heard = await player.hear()
    assert heard["seq"] == 1
    async with asyncio.timeout(WITHIN_S):
        await home.gateway._subscriber.live()
    assert (await player.ask("submit_answer", question=0, answer=0))["type"] == "ok"


async def test_the_replies_of_every_partition_are_subscribed(redis: Client, redis_url: str) -> None:
    gateway = Gateway(redis_url=redis_url, tokens=TOKENS, partitions=64, host="127.0.0.1", port=0)
    await gateway.start()
    channels = await redis.execute_command("PUBSUB", "SHARDCHANNELS")  # type: ignore[no-untyped-call]
    assert len(channels) == 64
    await gateway.stop()
    assert await redis.execute_command("PUBSUB", "SHARDCHANNELS") == []  # type: ignore[no-untyped-call]


async def test_two_gateways_serve_one_session(home: House) -> None:
    async with house(home.redis, home.redis_url) as other:
        here, there = await home.player("Ann"), await other.player("Bob")
        assert await home.subscriptions() == 2
        await home.coordinator.step(to_all(1))
        assert (await here.hear())["seq"] == (await there.hear())["seq"] == 1
