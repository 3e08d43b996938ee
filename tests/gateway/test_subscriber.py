"""Subscriptions: one for each session, kept through cuts, ended when nobody needs them."""

import asyncio
import gc
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from gateway.app import Gateway
from gateway.feed import Feed
from gateway.relay import PendingCommand
from gateway.subscriber import Handlers, Subscriber
from quickpoll.envelope import Identity
from quickpoll.metrics import Distribution
from quickpoll.protocol import CreateSession, JoinSession, Role
from quickpoll.store.link import Command, RedisLink
from quickpoll.store.node import Node
from tests.gateway.standin import (
    CODE,
    PARTITIONS,
    QUICK,
    QUIZ,
    TOKENS,
    WITHIN_S,
    House,
    house,
    to_all,
    until,
    with_timing,
)
from tests.quickpoll.store.test_nodes import Map
from tests.redis_client import Client, node_of
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


class HeldBack:
    """From here on, subscriptions reach Redis only when they are let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._held: list[Callable[[], None]] | None = []
        tell = RedisLink.tell

        def hold(link: RedisLink, commands: Sequence[Command]) -> None:
            if self._held is None:
                tell(link, commands)
            else:
                self._held.append(lambda: tell(link, commands))

        monkeypatch.setattr(RedisLink, "tell", hold)

    def let_go(self) -> None:
        held, self._held = self._held or [], None
        for told in held:
            told()


async def test_a_join_waits_for_the_subscription(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    held = HeldBack(monkeypatch)
    home.coordinator.answers = False
    joining, other = await home.client(), await home.client()
    await joining.say("join_session", code=CODE, name="Ann")
    assert (await joining.ask("sync_clock", t0=1))["type"] == "clock"
    await other.say("create_session", quiz=QUIZ)
    assert isinstance((await home.coordinator.command()).body, CreateSession)
    held.let_go()
    assert isinstance((await home.coordinator.command()).body, JoinSession)
    assert await home.subscriptions() == 1


@with_timing(reply_s=0.1)
async def test_a_join_that_was_given_up_meanwhile_is_not_relayed(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    held = HeldBack(monkeypatch)
    home.coordinator.answers = False
    client = await home.client()
    assert (await client.ask("join_session", code=CODE, name="Ann"))["code"] == "unavailable"
    held.let_go()
    await until_subscriptions(home, 1)
    await client.say("create_session", quiz=QUIZ)
    assert isinstance((await home.coordinator.command()).body, CreateSession)


async def test_a_host_hears_of_its_session_when_it_is_subscribed(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    held = HeldBack(monkeypatch)
    host = await home.client()
    await host.say("create_session", quiz=QUIZ)
    await home.coordinator.command()
    assert (await host.ask("sync_clock", t0=1))["type"] == "clock"
    assert (await host.ask("join_session", code=CODE, name="Ann"))["code"] == "forbidden"
    held.let_go()
    assert (await host.hear())["type"] == "session_created"


@with_timing(reply_s=0.2)
async def test_a_session_that_cannot_be_subscribed_is_unavailable(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    HeldBack(monkeypatch)
    host = await home.client()
    assert (await host.ask("create_session", id="q", quiz=QUIZ))["code"] == "unavailable"
    await host.socket.close()
    assert (await home.coordinator.disconnected()).identity == Identity(CODE, "n", Role.HOST)


@with_timing(linger_s=0.1)
async def test_it_ends_some_time_after_the_last_has_left(home: House) -> None:
    first, second = await home.player("Ann"), await home.player("Bob")
    await first.socket.close()
    await home.coordinator.disconnected()
    assert (await second.ask("leave_session"))["type"] == "ok"
    await until_subscriptions(home, 0)
    await home.player("Cid")
    await home.coordinator.step(to_all(1))
    assert await home.subscriptions() == 1


@with_timing(linger_s=0.0)
async def test_who_comes_back_in_the_moment_in_which_it_ends_waits_for_nothing(home: House) -> None:
    subscriptions, loop = home.gateway.subscriber, asyncio.get_running_loop()
    async with asyncio.timeout(WITHIN_S):
        await subscriptions.hold(CODE)
        subscriptions.release(CODE)
        again: asyncio.Future[asyncio.Future[None]] = loop.create_future()
        loop.call_later(0.0, lambda: again.set_result(subscriptions.hold(CODE)))  # just after it has ended
        await (await again)
    assert await home.subscriptions() == 1


async def test_it_stays_for_who_comes_back_soon(home: House) -> None:
    player = await home.player()
    assert (await player.ask("leave_session"))["type"] == "ok"
    assert await home.subscriptions() == 1
    assert (await player.ask("join_session", code=CODE, name="Ann"))["type"] == "joined"
    assert await home.subscriptions() == 1


@with_timing(linger_s=0.0)
async def test_a_join_that_fails_leaves_no_subscription(home: House) -> None:
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
            await until(lambda seq=seq: home.delivered == seq)  # type: ignore[misc]  # mypy knows no type for it
    assert [(await player.hear())["seq"] for _ in range(60)] == list(range(1, 61))


async def test_a_join_during_a_cut_misses_nothing_either(home: House) -> None:
    await home.cut_subscriptions()
    player = await home.player()
    await home.coordinator.step(to_all(1))
    assert (await player.hear())["seq"] == 1


@with_timing(feed_silent_s=0.3, feed_ping_every_s=3600.0)
async def test_silence_is_taken_for_a_dead_connection(home: House) -> None:
    """Without the gateway's own pings nothing comes, as when a network swallows everything."""
    player = await home.player()
    connections: set[int] = set()
    async with asyncio.timeout(WITHIN_S):
        while len(connections) < 2:
            clients: Any = await home.redis.client_list(_type="pubsub")
            connections |= {int(client["id"]) for client in clients}
            await asyncio.sleep(0.02)
    await home.coordinator.step(to_all(1))
    assert (await player.hear())["seq"] == 1


@with_timing(feed_silent_s=0.5, feed_ping_every_s=0.1, reply_s=0.3)
async def test_redis_away_for_a_while(home: House) -> None:
    """Connections stay, commands are `unavailable`, and all goes on when Redis is back."""
    player = await home.player()
    await home.cut_subscriptions()
    await home.redis.client_pause(1000)
    error = await player.ask("submit_answer", question=0, answer=0)
    assert error["code"] == "unavailable"
    await home.coordinator.step(to_all(1))
    heard = await player.hear()
    assert heard["seq"] == 1
    async with asyncio.timeout(WITHIN_S):
        await home.gateway.subscriber.live()
    assert (await player.ask("submit_answer", question=0, answer=0))["type"] == "ok"


async def test_the_replies_of_every_partition_are_subscribed(redis: Client, redis_url: str) -> None:
    gateway = Gateway(redis_url, TOKENS, settings_with())
    await gateway.start()
    channels = await redis.execute_command("PUBSUB", "SHARDCHANNELS")  # type: ignore[no-untyped-call]
    assert len(channels) == 64
    await gateway.stop()
    assert await redis.execute_command("PUBSUB", "SHARDCHANNELS") == []  # type: ignore[no-untyped-call]


class Flickering(Map):
    """All lies on one node, which is there or not."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self.node = node

    def of(self, partition: int) -> Node:
        return self.node


async def test_a_node_that_comes_back_at_once_is_followed(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The feed of before ends later than the new one begins, and must not take it away."""
    run, feeds = Feed.run, list[Feed]()
    is_ending, may_end, has_ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def run_and_end_late(feed: Feed) -> None:
        feeds.append(feed)
        try:
            await run(feed)
        finally:
            is_ending.set()
            async with asyncio.timeout(WITHIN_S):
                await may_end.wait()
            asyncio.get_running_loop().call_soon(has_ended.set)

    monkeypatch.setattr(Feed, "run", run_and_end_late)
    nodes = Flickering(node_of(redis_url))
    subscriber = Subscriber(nodes, "gw", PARTITIONS, Distribution(), QUICK, set())
    running = asyncio.create_task(subscriber.run(Handlers(*[lambda *_: None] * 3)))
    async with asyncio.timeout(WITHIN_S):
        await subscriber.live()
        nodes.set()
        await is_ending.wait()
        nodes.set(node_of(redis_url))
        await until(lambda: len(feeds) == 2 and feeds[1].is_live)
        may_end.set()
        await has_ended.wait()
        assert subscriber.is_live
        await subscriber.hold(CODE)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    subscriber.close()


@with_timing(reply_s=0.1, linger_s=0.1)
async def test_joins_while_redis_is_away_leave_nothing_behind(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One always retries before the last has been given up, so that the channel is always wanted."""
    held = HeldBack(monkeypatch)
    clients = [await home.client() for _ in range(3)]
    for number in range(12):
        client = clients[number % 3]
        await client.say("join_session", code=CODE, name="Ann")
        if number >= 2:
            assert (await clients[(number - 2) % 3].hear())["code"] == "unavailable"
    for _ in range(2):
        gc.collect()
    assert sum(isinstance(one, PendingCommand) for one in gc.get_objects()) <= 3
    held.let_go()


async def test_two_gateways_serve_one_session(home: House) -> None:
    async with house(home.redis, home.redis_url) as other:
        here, there = await home.player("Ann"), await other.player("Bob")
        assert await home.subscriptions() == 2
        await home.coordinator.step(to_all(1))
        assert (await here.hear())["seq"] == (await there.hear())["seq"] == 1
