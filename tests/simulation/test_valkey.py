"""The simulated Valkey next to a real one: the same commands by the product's own link, and the same replies."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from coordinator.batch.entries import read_streams
from quickpoll.store.link import LinkLost, Push, RedisLink, Refusal, open_link
from quickpoll.store.node import Node
from quickpoll.store.script import Script
from tests.redis_client import node_of
from tests.simulation.kernel import simulated
from tests.simulation.loop import Host, SimulatedLoop
from tests.simulation.network import Network
from tests.simulation.valkey import Valkey

COMMANDS: tuple[tuple[Any, ...], ...] = (
    ("PING",),
    ("SET", "text", "x"),
    ("GET", "text"),
    ("GET", "none"),
    ("MGET", "text", "none"),
    ("PEXPIRE", "text", 60000),
    ("EXISTS", "text", "none"),
    ("HSET", "hash", "a", 1, "b", 2),
    ("HGET", "hash", "a"),
    ("HMGET", "hash", "a", "none"),
    ("HGETALL", "hash"),
    ("HGETALL", "none"),
    ("HSETNX", "hash", "a", 3),
    ("HDEL", "hash", "a"),
    ("SADD", "set", "one"),
    ("SMEMBERS", "set"),
    ("SMEMBERS", "none"),
    ("SREM", "set", "one", "two"),
    ("ZADD", "sorted", 1.5, "a", 1700000000123, "b"),
    ("ZRANGE", "sorted", 0, -1, "WITHSCORES"),
    ("ZRANGEBYSCORE", "sorted", 2, "+inf"),
    ("ZSCORE", "sorted", "a"),
    ("ZREMRANGEBYSCORE", "sorted", "-inf", 2),
    ("RPUSH", "list", "a", "b", "c"),
    ("LRANGE", "list", 0, -1),
    ("XADD", "stream", "5-1", "e", b"\x00\xff"),
    ("XADD", "stream", "5-1", "e", "again"),
    ("XADD", "stream", "MAXLEN", "~", 64, "6-0", "e", "more"),
    ("XREVRANGE", "stream", "+", "-", "COUNT", 16),
    ("XREVRANGE", "stream", "(6-0", "-", "COUNT", 16),
    ("XREAD", "COUNT", 10, "BLOCK", 10, "STREAMS", "stream", "none", "5-0", "0-0"),
    ("XREAD", "COUNT", 10, "BLOCK", 10, "STREAMS", "stream", "6-0"),
    ("XTRIM", "stream", "MINID", "6-0"),
    ("SPUBLISH", "nobody", "hears"),
    ("EVALSHA", "0" * 40, 0),
    ("HGET", "text", "a"),
    ("NOSUCHCOMMAND",),
    ("DEL", "text", "none"),
)


async def replies(node: Node) -> list[Any]:
    """What a server says to them, refusals by their first word."""
    link = await open_link(node)
    told = [reply for command in COMMANDS for reply in await link.call([command])]
    link.close()
    return [reply.kind if isinstance(reply, Refusal) else reply for reply in told]


async def scripts(node: Node) -> list[Any]:
    """What the scripts of leases and commits say."""
    link = await open_link(node)
    lease, attend = Script("coordinator", "scripts/lease.lua"), Script("coordinator", "scripts/attend.lua")
    commit = Script("coordinator", "scripts/commit.lua")
    ((fence,),) = await lease.run(link, [(["lease", "fence"], ["acquire", "a", 2000, 0])])
    others = await lease.run(
        link,
        [
            (["lease", "fence"], ["acquire", "b", 2000, 0]),
            (["lease", "fence"], ["renew", "a", 2000, fence]),
            (["lease", "fence"], ["release", "a", 2000, fence]),
            (["lease", "fence"], ["renew", "a", 2000, fence]),
        ],
    )
    alive = await attend.run(link, [(["alive"], ["a", which, 2000, 60000]) for which in ("XX", "NX", "XX")])
    keys = ["fence", *(f"key {number}" for number in range(7)), "session", "history", "log", "channel", "replies"]
    said = ["session", 0, "step", 1000, 1000, "fields", 2, "head", "x", "log", 1, "record", "replies", 1, "reply"]
    outcomes = await commit.run(
        link, [(keys, [fence, before, "9-9", "9-10", 0, *said]) for before in ("0-0", "0-0", "9-9")]
    )
    outcomes += await commit.run(link, [(keys, [fence - 1, "9-9", "9-11", "9-12", 0, *said])])
    stored = await link.call([("HGETALL", "session"), ("HGETALL", "key 0"), ("LRANGE", "log", 0, -1)])
    link.close()
    holds = [held == fence for (held,) in others]
    return [holds, alive, outcomes, stored]


async def reading(node: Node) -> list[Any]:
    """What a blocked reader and a subscriber hear."""
    heard: list[Push] = []
    reader, writer = await open_link(node), await open_link(node)
    subscriber = await open_link(node, pushed=heard.append)
    found: list[Any] = []
    for command in (("XADD", "stream", "5-1", "e", "x"), ("CLIENT", "UNBLOCK", reader.id)):
        offsets = {"stream": f"5-{len(found)}"}
        waiting = asyncio.ensure_future(read_streams(reader, offsets, count=5, block_ms=5000))
        await asyncio.sleep(0.05)
        await writer.call([command])
        found.append(await waiting)
    subscriber.tell([("SSUBSCRIBE", "news")])
    await subscriber.call([("PING",)])
    # With RESP3 who has subscribed may do everything else, too, and hears itself.
    told = await subscriber.call([("SPUBLISH", "news", "one"), ("GET", "none")])
    told += await writer.call([("SPUBLISH", "news", "two")])
    subscriber.tell([("SUNSUBSCRIBE", "news")])
    await subscriber.call([("PING",)])
    for link in (reader, writer, subscriber):
        link.close()
    return [found, told, heard]


class Simulated:
    """A Valkey alone in a world."""

    def __init__(self, *, has_replica: bool = False) -> None:
        self.valkey = Valkey(lambda *_: None, has_replica=has_replica)
        self.loop = SimulatedLoop(1)
        self.network = Network(self.loop, 1, lambda *_: None)
        self.host = self.loop.host("valkey")

    def run(self, work: Callable[[Node], Coroutine[Any, Any, Any]]) -> Any:
        async def do(host: Host) -> Any:
            await self.host.run(self.valkey.start(self.host))
            return await host.run(work(Node("valkey")))

        with simulated(self.loop, 1):
            done = self.loop.run_until_complete(self.loop.supervisor.run(do(self.loop.host("client"))))
        self.loop.close()
        return done


async def test_it_replies_as_a_real_one_to_all_that_quickpoll_says(redis_url: str) -> None:
    assert await asyncio.to_thread(Simulated().run, replies) == await replies(node_of(redis_url))


async def test_scripts_do_there_what_they_do_in_a_real_one(redis_url: str) -> None:
    assert await asyncio.to_thread(Simulated().run, scripts) == await scripts(node_of(redis_url))


async def test_readers_and_subscribers_hear_what_they_do_of_a_real_one(redis_url: str) -> None:
    assert await asyncio.to_thread(Simulated().run, reading) == await reading(node_of(redis_url))


def test_what_is_refused_is_not_done() -> None:
    simulated = Simulated()

    async def ask(node: Node) -> list[Any]:
        kinds = []
        for simulated.valkey.refuses in ("READONLY", "OOM", "LOADING", ""):
            link = await open_link(node)
            told = await link.call([("SET", "key", "x"), ("GET", "key"), ("DEL", "key")])
            kinds.append([one.kind if isinstance(one, Refusal) else one for one in told])
        return kinds

    assert simulated.run(ask) == [
        ["READONLY", None, "READONLY"],
        ["OOM", None, 0],
        ["LOADING", "LOADING", "LOADING"],
        [b"OK", b"x", 1],
    ]


def test_it_comes_back_with_what_it_had_or_with_less() -> None:
    simulated = Simulated()

    async def write(link: RedisLink, key: str) -> None:
        assert await link.call([("SET", key, "x")]) == [b"OK"]

    async def live(node: Node) -> list[Any]:
        link = await open_link(node)
        await write(link, "early")
        copy = simulated.valkey.copy()
        await write(link, "late")
        found = []
        for has_lost in (False, True):
            simulated.network.kill(simulated.host)
            simulated.valkey.stopped()
            assert isinstance(await link.lost, LinkLost)
            if has_lost:
                simulated.valkey.go_back_to(copy)
            await simulated.host.run(simulated.valkey.start(simulated.host))
            link = await open_link(node)
            found.append(await link.call([("MGET", "early", "late")]))
        return found

    assert simulated.run(live) == [[[b"x", b"x"]], [[b"x", None]]]


def test_a_replica_has_everything_a_moment_later_and_takes_over_with_what_it_has() -> None:
    simulated = Simulated(has_replica=True)
    replica = simulated.valkey.replica
    assert replica

    async def live(node: Node) -> list[Any]:
        link = await open_link(node)
        assert await link.call([("SET", "early", "x"), ("WAIT", 1, 1000)]) == [b"OK", 1]
        assert await link.call([("SET", "late", "x")]) == [b"OK"]
        simulated.valkey.fail_over()
        (refusal,) = await link.call([("SET", "text", "x")])
        assert isinstance(refusal, Refusal)
        link = await open_link(node)
        found = await link.call([("MGET", "early", "late"), ("WAIT", 1, 10)])
        replica.connect(simulated.host)
        return [refusal.kind, *found, *await link.call([("SET", "last", "x"), ("WAIT", 1, 1000)])]

    assert simulated.run(live) == ["READONLY", [b"x", None], 0, b"OK", 1]
