"""One node's subscriptions, for a listener of few words; what they lead to is in `test_subscriber.py`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.feed import Feed
from quickpoll.keys import PartitionKeys
from quickpoll.metrics import Distribution
from quickpoll.store import nodes
from quickpoll.store.cluster import ClusterNodes
from quickpoll.store.link import Push, RedisLink
from quickpoll.store.node import Node
from quickpoll.store.nodes import OneNode
from quickpoll.store.url import parse
from tests.gateway.standin import QUICK
from tests.redis_client import Client, node_of
from tests.system.servers import RedisCluster, Server, redis_cluster

PINGS = "qp:{p0}:to:gw"
NEWS = "qp:{p1}:ch:123456"


class Ear:
    """Hears everything."""

    def __init__(self) -> None:
        self.channels = {PINGS}
        self.heard_of: asyncio.Queue[tuple[str, str, bytes]] = asyncio.Queue()

    def wanted(self, node: Node) -> set[str]:
        return set(self.channels)

    def confirmed(self, channel: str) -> None:
        self.heard_of.put_nowait(("confirmed", channel, b""))

    def heard(self, channel: str, data: bytes) -> None:
        self.heard_of.put_nowait(("heard", channel, data))

    def restored(self) -> None:
        self.heard_of.put_nowait(("restored", "", b""))

    def interrupted(self, node: Node) -> None:
        self.heard_of.put_nowait(("interrupted", "", b""))

    async def next(self) -> tuple[str, str, bytes]:
        async with asyncio.timeout(5):
            return await self.heard_of.get()


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
async def feed(redis_url: str, ear: Ear) -> AsyncIterator[Feed]:
    """A feed that has just become whole."""
    feed = Feed(OneNode(node_of(redis_url)), node_of(redis_url), ear, Distribution(), QUICK, set())
    running = asyncio.create_task(feed.run())
    assert await ear.next() == ("confirmed", PINGS, b"")
    assert await ear.next() == ("restored", "", b"")
    yield feed
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_is_wanted_later_is_subscribed_and_heard_in_order(feed: Feed, ear: Ear, redis: Client) -> None:
    ear.channels.add(NEWS)
    feed.ask()
    assert await ear.next() == ("confirmed", NEWS, b"")
    for number in range(20):
        await redis.spublish(NEWS, b"%d" % number)
    assert [await ear.next() for _ in range(20)] == [("heard", NEWS, b"%d" % number) for number in range(20)]


async def test_what_is_wanted_no_more_is_not_heard(feed: Feed, ear: Ear, redis: Client) -> None:
    ear.channels.add(NEWS)
    feed.ask()
    await ear.next()
    ear.channels.remove(NEWS)
    feed.ask()
    async with asyncio.timeout(5):
        while await redis.spublish(NEWS, b"1"):  # until Redis knows nobody who wants it
            await ear.next()
    await redis.spublish(PINGS, b"the last")
    assert await ear.next() == ("heard", PINGS, b"the last")


async def test_cut_it_subscribes_again_and_says_so(feed: Feed, ear: Ear, redis: Client) -> None:
    await redis.client_kill_filter(_type="pubsub")
    assert [(await ear.next())[0] for _ in range(3)] == ["interrupted", "confirmed", "restored"]
    assert feed.is_live


@pytest.mark.parametrize("turns", range(8))
async def test_it_ends_when_it_is_cancelled_as_its_link_is_lost(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, ear: Ear, turns: int
) -> None:
    links: list[RedisLink] = []

    async def open_node(node: Node, **options: Any) -> RedisLink:
        links.append(await nodes.open_node(node, **options))
        return links[-1]

    monkeypatch.setattr("gateway.feed.open_node", open_node)
    running = asyncio.create_task(
        Feed(OneNode(node_of(redis_url)), node_of(redis_url), ear, Distribution(), QUICK, set()).run()
    )
    assert await ear.next() == ("confirmed", PINGS, b"")
    links[0].close()
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=5)
    running.cancel()
    assert done


async def test_after_the_map_has_changed_something_may_have_been_missed(feed: Feed, ear: Ear) -> None:
    feed.rearrange()
    assert not feed.is_live
    assert await ear.next() == ("restored", "", b"")


async def test_it_is_not_whole_before_what_the_server_ended_is_subscribed_again(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, ear: Ear
) -> None:
    async def open_node(node: Node, *, pushed: Callable[[Push], None], **options: Any) -> RedisLink:
        heard.append(pushed)
        return await nodes.open_node(node, pushed=pushed, **options)

    heard: list[Callable[[Push], None]] = []
    monkeypatch.setattr("gateway.feed.open_node", open_node)
    feed = Feed(OneNode(node_of(redis_url)), node_of(redis_url), ear, Distribution(), QUICK, set())
    running = asyncio.create_task(feed.run())
    assert [(await ear.next())[0] for _ in range(2)] == ["confirmed", "restored"]
    ear.channels.add(NEWS)
    feed.ask()
    await asyncio.sleep(0)  # it has asked
    heard[0]([b"sunsubscribe", PINGS.encode(), 0])
    assert await ear.next() == ("confirmed", NEWS, b"")
    assert not feed.is_live
    assert await ear.next() == ("confirmed", PINGS, b"")
    assert await ear.next() == ("restored", "", b"")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_it_leaves_no_timer_behind_when_it_ends_just_after_the_server_ended_a_subscription(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, ear: Ear
) -> None:
    async def open_node(node: Node, *, pushed: Callable[[Push], None], **options: Any) -> RedisLink:
        heard.append(pushed)
        return await nodes.open_node(node, pushed=pushed, **options)

    def call_later(*args: Any, **options: Any) -> asyncio.TimerHandle:
        timers.append(at_first(*args, **options))
        return timers[-1]

    heard: list[Callable[[Push], None]] = []
    timers: list[asyncio.TimerHandle] = []
    loop = asyncio.get_running_loop()
    at_first = loop.call_later
    monkeypatch.setattr("gateway.feed.open_node", open_node)
    feed = Feed(OneNode(node_of(redis_url)), node_of(redis_url), ear, Distribution(), QUICK, set())
    running = asyncio.create_task(feed.run())
    assert [(await ear.next())[0] for _ in range(2)] == ["confirmed", "restored"]
    monkeypatch.setattr(loop, "call_later", call_later)
    heard[0]([b"sunsubscribe", PINGS.encode(), 0])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [timer.cancelled() for timer in timers] == [True]


async def test_it_tells_what_it_hears(feed: Feed, ear: Ear, redis: Client) -> None:
    assert feed.hears(PINGS)
    ear.channels.add(NEWS)
    feed.ask()
    assert not feed.hears(NEWS)
    await ear.next()
    assert feed.hears(NEWS)
    await redis.client_kill_filter(_type="pubsub")
    await ear.next()
    assert not feed.hears(NEWS)


class OnCluster(Ear):
    """Wants the channels of the partitions that a node holds."""

    def __init__(self, nodes: ClusterNodes) -> None:
        super().__init__()
        self.nodes = nodes

    def wanted(self, node: Node) -> set[str]:
        return {PartitionKeys(n).replies("gw") for n in range(64) if self.nodes.of(n) == node}

    async def until(self, event: str) -> None:
        while (await self.next())[0] != event:
            pass


@dataclass
class FedByCluster:
    redis: RedisCluster
    nodes: ClusterNodes
    ear: OnCluster
    feed: Feed
    source: Server
    """It feeds, and holds partition 1."""
    other: Server


@pytest.fixture
async def fed(tmp_path: Path) -> AsyncIterator[FedByCluster]:
    """A feed from one node of a cluster that has just become whole."""
    async with redis_cluster(tmp_path) as redis:
        nodes = ClusterNodes(parse(redis.url), 64)
        await nodes.start()
        source = await redis.holder(1)
        ear = OnCluster(nodes)
        feed = Feed(nodes, nodes.of(1), ear, Distribution(), QUICK, set())
        running = asyncio.create_task(feed.run())
        await ear.until("restored")
        yield FedByCluster(redis, nodes, ear, feed, source, next(m for m in redis.masters if m is not source))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await nodes.close()


async def test_on_a_cluster_it_notices_that_a_slot_has_moved(fed: FedByCluster) -> None:
    moved = asyncio.Event()
    fed.nodes.watch(moved.set)
    fed.nodes.watch(fed.feed.rearrange)
    before = fed.nodes.of(1)
    await fed.redis.move(1, fed.other)
    async with asyncio.timeout(5):
        await moved.wait()
    assert fed.nodes.of(1) != before
    await fed.ear.until("restored")


async def test_what_was_said_while_a_slot_was_away_for_a_moment_may_have_been_missed(fed: FedByCluster) -> None:
    fed.nodes.doubt = lambda reason: None  # so quick that nobody sees the other map
    await fed.redis.move(1, fed.other)
    await fed.redis.move(1, fed.source)
    await fed.ear.until("confirmed")
    await fed.ear.until("restored")
