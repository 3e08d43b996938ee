"""Subscriptions: one for each session, kept through cuts, ended when nobody needs them."""

import asyncio
from typing import Any

import pytest

from gateway import feed, relay, subscriber
from gateway.app import Gateway
from quickpoll.envelope import Identity
from quickpoll.protocol import CreateSession, JoinSession, Role
from quickpoll.store.library import Client
from tests.gateway.standin import CODE, QUIZ, TOKENS, WITHIN_S, House, house, keys_of, to_all
from tests.settings import settings_with


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


def held_back(home: House, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """New subscriptions wait until the event is set."""
    (feed,) = home.gateway._subscriber._feeds.values()
    wakes = feed._changed
    monkeypatch.setattr(feed, "_changed", asyncio.Event())
    return wakes


async def test_a_join_waits_for_the_subscription(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    subscribing = held_back(home, monkeypatch)
    home.coordinator.answers = False
    joining, other = await home.client(), await home.client()
    await joining.say("join_session", code=CODE, name="Ann")
    assert (await joining.ask("sync_clock", t0=1))["type"] == "clock"
    await other.say("create_session", quiz=QUIZ)
    assert isinstance((await home.coordinator.command()).body, CreateSession)
    subscribing.set()
    assert isinstance((await home.coordinator.command()).body, JoinSession)
    assert await home.subscriptions() == 1


async def test_a_join_that_was_given_up_meanwhile_is_not_relayed(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "REPLY_TIMEOUT_S", 0.1)
    subscribing = held_back(home, monkeypatch)
    home.coordinator.answers = False
    client = await home.client()
    assert (await client.ask("join_session", code=CODE, name="Ann"))["code"] == "unavailable"
    subscribing.set()
    await until_subscriptions(home, 1)
    await client.say("create_session", quiz=QUIZ)
    assert isinstance((await home.coordinator.command()).body, CreateSession)


async def test_a_host_hears_of_its_session_when_it_is_subscribed(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    subscribing = held_back(home, monkeypatch)
    host = await home.client()
    await host.say("create_session", quiz=QUIZ)
    await home.coordinator.command()
    assert (await host.ask("sync_clock", t0=1))["type"] == "clock"
    assert (await host.ask("join_session", code=CODE, name="Ann"))["code"] == "forbidden"
    subscribing.set()
    assert (await host.hear())["type"] == "session_created"


async def test_a_session_that_cannot_be_subscribed_is_unavailable(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "REPLY_TIMEOUT_S", 0.2)
    held_back(home, monkeypatch)
    host = await home.client()
    assert (await host.ask("create_session", id="q", quiz=QUIZ))["code"] == "unavailable"
    await host.socket.close()
    assert (await home.coordinator.disconnected()).identity == Identity(CODE, "n", Role.HOST)


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


async def test_who_comes_back_in_the_moment_in_which_it_ends_waits_for_nothing(home: House) -> None:
    player = await home.player()
    assert (await player.ask("leave_session"))["type"] == "ok"
    subscriptions = home.gateway._subscriber
    (interest,) = subscriptions._interests.values()
    assert interest.leaving
    interest.leaving.cancel()
    subscriptions._drop(keys_of().channel(CODE))
    async with asyncio.timeout(WITHIN_S):
        await subscriptions.hold(CODE)
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
    monkeypatch.setattr(feed, "SILENT_AFTER_S", 0.3)
    monkeypatch.setattr(feed, "PING_EVERY_S", 3600.0)
    connections: set[int] = set()
    async with asyncio.timeout(WITHIN_S):
        while len(connections) < 2:
            clients: Any = await home.redis.client_list(_type="pubsub")
            connections |= {int(client["id"]) for client in clients}
            await asyncio.sleep(0.02)
    await home.coordinator.step(to_all(1))
    assert (await player.hear())["seq"] == 1


async def test_redis_away_for_a_while(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections stay, commands are `unavailable`, and all goes on when Redis is back."""
    player = await home.player()
    monkeypatch.setattr(feed, "SILENT_AFTER_S", 0.5)
    monkeypatch.setattr(feed, "PING_EVERY_S", 0.1)  # else it is silent for longer than that when all is well
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
    gateway = Gateway(redis_url, TOKENS, settings_with())
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
