"""The simulated Cluster next to a real one: what its servers say about keys that lie elsewhere, or on their way."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import pytest

from quickpoll.store.cluster import SLOTS, slot_of
from quickpoll.store.link import LinkLost, Push, RedisLink, Refusal, open_link
from quickpoll.store.node import Node
from quickpoll.store.script import Script
from tests.simulation.cluster import Cluster, keys_of
from tests.simulation.kernel import simulated
from tests.simulation.loop import Host, SimulatedLoop
from tests.simulation.network import Network
from tests.simulation.pair import Pair, PairedMachine
from tests.simulation.valkey import Valkey
from tests.system.servers import MASTERS, RedisCluster, Server, eventually, identity, redis_cluster

KEYS = [f"qp:{{p{number}}}:key" for number in range(64)]
ELSEWHERE = next(key for key in KEYS if slot_of(key) > SLOTS // 2)
"""Lies with the last master, or the one before."""
HERE = next(key for key in KEYS if slot_of(key) < SLOTS // 4)
"""Lies with the first."""
TAG = HERE.removesuffix("key")
LEASE = Script("coordinator", "scripts/lease.lua")


class Servers(Protocol):
    """A Cluster, real or not."""

    masters: list[Node]
    follower: Node
    """Of the first master."""

    async def begin_move(self, slot: int) -> None:
        """From the first master to the second."""

    async def move_key(self, key: str) -> None:
        """Of that slot."""

    async def end_move(self, slot: int) -> None:
        """No key is left."""

    async def exchange(self) -> None:
        """The first master and its replica change their parts."""


class RealServers:
    """Three masters, and what `RedisCluster.move` does in one go."""

    def __init__(self, redis: RedisCluster) -> None:
        self.masters = [Node("127.0.0.1", server.port) for server in redis.masters]
        self.follower = Node("127.0.0.1", redis.replicas[0].port)
        self._redis = redis

    async def begin_move(self, slot: int) -> None:
        source, target = self._redis.masters[:2]
        for server, role, other in ((target, "IMPORTING", source), (source, "MIGRATING", target)):
            await server.admin.execute_command("CLUSTER", "SETSLOT", slot, role, await identity(other))

    async def move_key(self, key: str) -> None:
        source, target = self._redis.masters[:2]
        await source.admin.execute_command("MIGRATE", "127.0.0.1", target.port, key, 0, 5000)

    async def end_move(self, slot: int) -> None:
        source, target = self._redis.masters[:2]
        for server in (target, source):
            await server.admin.execute_command("CLUSTER", "SETSLOT", slot, "NODE", await identity(target))

    async def exchange(self) -> None:
        await self._redis.replicas[0].admin.execute_command("CLUSTER", "FAILOVER")
        await eventually(self._is_exchanged)

    async def _is_exchanged(self) -> bool:
        first, *_ = await self._redis.masters[0].admin.execute_command("ROLE")
        return bool(first == b"slave")


class SimulatedServers:
    """The same in a world."""

    def __init__(self) -> None:
        self.loop = SimulatedLoop(1)
        network = Network(self.loop, 1, lambda *_: None)
        self.pairs = [self._pair(network, number) for number in range(MASTERS)]
        self.cluster = Cluster(self.pairs, 1, self.loop.time, lambda _: None)
        each = -(-SLOTS // MASTERS)
        self.cluster.share_out(tuple(number * each for number in range(MASTERS)))
        self.masters = [Node(pair.master.name) for pair in self.pairs]
        self.follower = Node(self.pairs[0].follower.name)

    def _pair(self, network: Network, number: int) -> Pair:
        master, follower = (
            PairedMachine(
                Valkey(lambda *_: None), self.loop, network, f"{side}{number}", lambda _: None, lambda _: None
            )
            for side in ("master", "replica")
        )
        return Pair(master, follower, 1, is_behind=False)

    async def begin_move(self, slot: int) -> None:
        self.cluster.begin_move(slot, 1)

    async def move_key(self, key: str) -> None:
        self.cluster.hand_over([key.encode()], 0, 1)

    async def end_move(self, slot: int) -> None:
        await self.cluster.end_move(slot, 0)

    async def exchange(self) -> None:
        self.pairs[0].exchange()

    def run(self, work: Callable[[Servers], Awaitable[Any]]) -> Any:
        """Does something there."""

        async def do(host: Host) -> Any:
            for pair in self.pairs:
                for machine in pair.machines:
                    await machine.start()
            return await host.run(work(self))  # type: ignore[arg-type]

        with simulated(self.loop, 1):
            done = self.loop.run_until_complete(self.loop.supervisor.run(do(self.loop.host("client"))))
        self.loop.close()
        return done


def said(reply: Any, servers: Servers) -> Any:
    """A reply in which a server is called by its place among the masters."""
    if not isinstance(reply, Refusal):
        return reply
    kind, *rest = str(reply).split()
    if kind not in ("MOVED", "ASK"):
        return kind
    slot, address = rest
    host, _, port = address.rpartition(":")
    return kind, int(slot), servers.masters.index(Node(host, int(port)))


async def ask(servers: Servers, link: RedisLink, *commands: tuple[Any, ...]) -> list[Any]:
    """What a server says to each."""
    return [said(reply, servers) for command in commands for reply in await link.call([command])]


async def subscribe(servers: Servers, node: Node, command: str, channel: str) -> Any:
    """With what a subscription ends the link; None: it does not."""
    link = await open_link(node)
    link.tell([(command, channel)])
    with suppress(LinkLost):
        await link.call([("PING",)])
    ended = said(link.lost.result(), servers) if link.lost.done() else None
    link.close()
    return ended


async def elsewhere(servers: Servers) -> Any:
    """Everything that QuickPoll says, to a server that it is not for."""
    link = await open_link(servers.masters[0])
    told = await ask(
        servers,
        link,
        ("GET", ELSEWHERE),
        ("SET", ELSEWHERE, "x"),
        ("GET", HERE),
        ("MGET", HERE, ELSEWHERE),
        ("DEL", HERE, ELSEWHERE),
        ("EXISTS", ELSEWHERE),
        ("XADD", ELSEWHERE, "*", "e", "x"),
        ("XREAD", "COUNT", 1, "BLOCK", 10, "STREAMS", ELSEWHERE, "0-0"),
        ("XREAD", "COUNT", 1, "BLOCK", 10, "STREAMS", HERE, "0-0"),
        ("XREAD", "COUNT", 1, "BLOCK", 10, "STREAMS", HERE, ELSEWHERE, "0-0", "0-0"),
        ("SPUBLISH", ELSEWHERE, "x"),
        ("SPUBLISH", HERE, "x"),
        ("EVALSHA", "0" * 40, 1, ELSEWHERE),
        ("EVALSHA", "0" * 40, 1, HERE),
        ("EVALSHA", "0" * 40, 0),
        ("PEXPIRE", ELSEWHERE, 1000),
        ("PING",),
    )
    told += await LEASE.run(link, [([TAG + "lease", TAG + "fence"], ["renew", "a", 2000, 1])])
    link.close()
    for command in ("SSUBSCRIBE", "SUNSUBSCRIBE"):
        told += [await subscribe(servers, servers.masters[0], command, channel) for channel in (HERE, ELSEWHERE)]
    link = await open_link(servers.follower)
    told += [link.role, *await ask(servers, link, ("GET", HERE), ("SET", HERE, "x"), ("SPUBLISH", HERE, "x"))]
    link.close()
    return told


async def moving(servers: Servers) -> Any:
    """A slot that goes from the first to the second, of which one key is there already."""
    heard: list[Push] = []
    slot, (first, second, *_) = slot_of(HERE), servers.masters
    source, target, reader = await open_link(first), await open_link(second), await open_link(first)
    subscriber = await open_link(first, pushed=heard.append)
    subscriber.tell([("SSUBSCRIBE", TAG + "channel")])
    stay, go = TAG + "stays", TAG + "goes"
    told = await ask(servers, source, ("SET", stay, "x"), ("SET", go, "x"))
    reading = reader.call([("XREAD", "COUNT", 1, "BLOCK", 5000, "STREAMS", TAG + "none", "0-0")], timeout_s=10)
    await asyncio.sleep(0.05)
    await servers.begin_move(slot)
    await servers.move_key(go)
    both = (("GET", stay), ("GET", go), ("MGET", stay, go), ("SET", TAG + "new", "x"), ("SPUBLISH", TAG + "x", "x"))
    told += await ask(servers, source, *both)
    told += await ask(servers, target, *both)
    told += [await subscribe(servers, node, "SSUBSCRIBE", TAG + "x") for node in (first, second)]
    await servers.move_key(stay)
    await servers.end_move(slot)
    told += await ask(servers, source, ("GET", stay), ("SPUBLISH", TAG + "x", "x"))
    told += await ask(servers, target, ("GET", stay), ("GET", go), ("SPUBLISH", TAG + "x", "x"))
    (refused,) = await reading
    told.append(said(refused, servers))
    await subscriber.call([("PING",)])
    for link in (source, target, reader, subscriber):
        link.close()
    return told, heard


async def exchanged(servers: Servers) -> Any:
    """What those hear who are on a master that becomes a replica."""
    heard: list[Push] = []
    subscriber = await open_link(servers.masters[0], pushed=heard.append)
    reader, asking = await open_link(servers.masters[0]), await open_link(servers.masters[0])
    channel = TAG + "channel"
    subscriber.tell([("SSUBSCRIBE", channel)])
    reading = reader.call([("XREAD", "COUNT", 1, "BLOCK", 5000, "STREAMS", TAG + "none", "0-0")], timeout_s=10)
    await asyncio.sleep(0.05)
    await servers.exchange()
    servers.masters[0] = servers.follower
    (refused,) = await reading
    told = [
        said(refused, servers),
        *await ask(servers, asking, ("GET", HERE), ("WAIT", 1, 10), ("SPUBLISH", channel, "x")),
    ]
    subscriber.tell([("SSUBSCRIBE", channel)])
    publisher = await open_link(servers.follower)
    told += [publisher.role, *await ask(servers, publisher, ("SPUBLISH", channel, "y"))]
    await asyncio.sleep(0.2)
    for link in (subscriber, reader, asking, publisher):
        assert link.is_open
        link.close()
    return told, heard


async def slots(servers: Servers) -> list[Any]:
    """Who serves what, as each says; masters by their place, and of all else the types."""
    told: list[Any] = []
    for node in (*servers.masters, servers.follower):
        link = await open_link(node)
        ((*shards,),) = await link.call([("CLUSTER", "SLOTS")])
        for first, last, master, replica in shards:
            place = servers.masters.index(Node(master[0].decode(), master[1]))
            told.append((first, last, place, _types(master), _types(replica)))
        link.close()
    return told


def _types(server: list[Any]) -> list[Any]:
    host, port, identifier, more = server
    return [type(host), type(port), len(identifier), more]


async def _lists_replicas(server: Server) -> bool:
    """Whether it has heard of each replica how far it is; it leaves out the others."""
    shards = await server.admin.execute_command("CLUSTER", "SLOTS")
    return all(len(shard) == 4 for shard in shards)


async def test_servers_say_what_real_ones_do(tmp_path: Path) -> None:
    async with redis_cluster(tmp_path) as redis:
        real = RealServers(redis)
        for server in redis.servers:
            await eventually(_lists_replicas, server)
        for work in (slots, elsewhere, exchanged):
            assert await asyncio.to_thread(SimulatedServers().run, work) == await work(real)


async def test_a_slot_moves_as_between_real_ones(tmp_path: Path) -> None:
    async with redis_cluster(tmp_path) as redis:
        assert await asyncio.to_thread(SimulatedServers().run, moving) == await moving(RealServers(redis))


@pytest.mark.parametrize(
    ("command", "args", "keys"),
    [
        ("ping", [], []),
        ("client unblock", [b"1"], []),
        ("script load", [b"x"], []),
        ("get", [b"a"], [b"a"]),
        ("mget", [b"a", b"b"], [b"a", b"b"]),
        ("evalsha", [b"x", b"2", b"a", b"b", b"c"], [b"a", b"b"]),
        ("xread", [b"COUNT", b"1", b"streams", b"a", b"b", b"0", b"0"], [b"a", b"b"]),
    ],
)
def test_keys_are_found_in_commands(command: str, args: list[bytes], keys: list[bytes]) -> None:
    assert list(keys_of(command, args)) == keys
