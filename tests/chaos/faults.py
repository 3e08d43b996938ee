"""Every fault that the suite knows, each a function that does it, waits as long as it lasts, and mends it.

`FAULTS` has them all by name. None of them may cost an answer that was accepted, or let two people see different
results; `invariants` says so after every run. `LOSSES` cost the session: nobody may be left waiting for it.
"""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, Final
from uuid import uuid4

from quickpoll.envelope import Disconnected, Link, encode
from quickpoll.keys import ENTRY_FIELD, PartitionKeys, partition_of
from quickpoll.protocol import ResumeSession, SubmitAnswer, encode_command
from quickpoll.redis import UNAVAILABLE
from tests.chaos.cluster import PARTITIONS, Cluster, Node
from tests.chaos.crowd import Crowd, Player
from tests.chaos.person import reach
from tests.chaos.poison import poison, stranger_to
from tests.chaos.proxy import Link as Connection
from tests.chaos.proxy import Way

PAST_THE_LEASE_S: Final = 2.6
PAST_THE_HEARTBEAT_S: Final = 3.6
"""A gateway is counted as dead after 3 s."""
CUT_SHARE: Final = 0.2
DIES_WITHIN_S: Final = 15.0
TWIN_WITHIN_S: Final = 5.0


@dataclass
class World:
    """What a fault may touch."""

    cluster: Cluster
    crowd: Crowd
    rng: random.Random

    @property
    def code(self) -> str:
        """The session that is played."""
        return self.crowd.host.code

    def gateway(self) -> Node:
        """Some gateway."""
        return self.rng.choice(self.cluster.gateways)

    def client_links(self, share: float) -> list[Connection]:
        """So large a part of all connections of players, at least one if there is any."""
        links = [link for node in self.cluster.gateways if node.clients for link in node.clients.links]
        return self.rng.sample(links, min(len(links), max(1, round(share * len(links)))))


Fault = Callable[[World], Awaitable[None]]


# -- coordinators ---------------------------------------------------------------------------


async def coordinator_killed(world: World) -> None:
    """The session's owner: kill -9."""
    owner = await world.cluster.owner(world.code)
    await owner.kill()
    await world.cluster.owner(world.code)  # another one took over
    await owner.start()


async def coordinator_stopped(world: World) -> None:
    """The session's owner is paused for longer than its lease, and wakes up beside its successor."""
    owner = await world.cluster.owner(world.code)
    owner.send_signal(signal.SIGSTOP)
    await asyncio.sleep(PAST_THE_LEASE_S)
    owner.send_signal(signal.SIGCONT)


def killed_at(point: str) -> Fault:
    """The session's owner dies exactly there, at the next batch it gets."""

    async def fault(world: World) -> None:
        owner = await world.cluster.owner(world.code)
        owner.arm(point)
        with suppress(TimeoutError):  # nothing came any more that could have brought it there
            async with asyncio.timeout(DIES_WITHIN_S):
                await _poked(world, owner)
        owner.disarm()
        await owner.start()

    fault.__doc__ = f"The session's owner dies exactly {point}."
    return fault


async def _poked(world: World, owner: Node) -> None:
    """Returns when it has died; harmless entries bring it to each point of its loop."""
    stream = PartitionKeys(partition_of(world.code, PARTITIONS)).stream
    entry: dict[Any, Any] = {ENTRY_FIELD: encode(Disconnected(Link("nowhere", 1), stranger_to(world.code)))}
    dying = asyncio.create_task(owner.process.wait())
    try:
        while not dying.done():
            await asyncio.wait((dying,), timeout=1.0)
            if not dying.done():
                await world.cluster.valkey.ask(lambda admin: admin.xadd(stream, entry))
    finally:
        dying.cancel()


async def clocks_jump(world: World) -> None:
    """The wall clocks of all processes are an hour wrong, some ahead and some behind."""
    for node in world.cluster.nodes:
        node.set_clock_wrong(world.rng.choice((-3600.0, 3600.0)))
    await asyncio.sleep(1.0)
    for node in world.cluster.nodes:
        node.disarm()


# -- gateways -------------------------------------------------------------------------------


async def gateway_killed(world: World) -> None:
    """A gateway with all its players: kill -9."""
    gateway = world.gateway()
    await gateway.kill()
    await asyncio.sleep(world.rng.uniform(0, 1))
    await gateway.start()


async def gateway_terminated(world: World) -> None:
    """A gateway is told to end: it sends its players away and ends with 0."""
    await _replaced(world, world.gateway())


async def gateways_rolled(world: World) -> None:
    """All gateways are replaced, one after the other."""
    for gateway in world.cluster.gateways:
        await _replaced(world, gateway)


async def _replaced(world: World, gateway: Node) -> None:
    gateway.send_signal(signal.SIGTERM)
    code = await gateway.process.wait()
    if code not in (0, -signal.SIGKILL):  # another fault may have been quicker
        world.crowd.wrong.append(f"a gateway ended with {code} after SIGTERM")
    await gateway.start()


async def gateway_stopped(world: World) -> None:
    """A gateway is paused until it counts as dead, and wakes up."""
    gateway = world.gateway()
    gateway.send_signal(signal.SIGSTOP)
    await asyncio.sleep(PAST_THE_HEARTBEAT_S)
    gateway.send_signal(signal.SIGCONT)


# -- Valkey ---------------------------------------------------------------------------------


async def valkey_killed(world: World) -> None:
    """Valkey: kill -9, and started again on its append-only file."""
    await world.cluster.valkey.kill()
    await asyncio.sleep(world.rng.uniform(0, 1))
    await world.cluster.valkey.start()


async def valkey_emptied(world: World) -> None:
    """Valkey loses everything that it has: the session is gone, and everybody is to be told."""
    await world.cluster.valkey.empty()


async def valkey_stopped(world: World) -> None:
    """Valkey answers nothing for a while."""
    world.cluster.valkey.send_signal(signal.SIGSTOP)
    await asyncio.sleep(world.rng.uniform(1, 3))
    world.cluster.valkey.send_signal(signal.SIGCONT)


async def valkey_cut(world: World) -> None:
    """All connections to Valkey are cut, several times."""
    for _ in range(3):
        for node in world.cluster.nodes:
            node.redis.cut()
        await asyncio.sleep(world.rng.uniform(0.05, 0.5))


async def valkey_slow(world: World) -> None:
    """The way to Valkey and back takes up to 0.3 s."""
    for node in world.cluster.nodes:
        node.redis.delay_s = lambda: world.rng.uniform(0.02, 0.15)
    await asyncio.sleep(1.5)
    for node in world.cluster.nodes:
        node.redis.mend()


async def valkey_half_open(world: World) -> None:
    """One process's connections to Valkey are half open, also new ones, and what was held back arrives late."""
    node = world.rng.choice(world.cluster.nodes)
    node.redis.freeze(new_ones=True)
    await asyncio.sleep(PAST_THE_LEASE_S)
    node.redis.mend()


async def replies_of_valkey_lost(world: World) -> None:
    """What the owner commits arrives, but not the answers: it cannot know."""
    owner = await world.cluster.owner(world.code)
    owner.redis.freeze(Way.TO_CLIENT)
    await asyncio.sleep(world.rng.uniform(0.2, 1.5))
    owner.redis.cut()
    owner.redis.mend()


async def appends_unanswered(world: World) -> None:
    """What a gateway appends arrives, but not the answers: it cannot know."""
    gateway = world.gateway()
    gateway.redis.freeze(Way.TO_CLIENT)
    await asyncio.sleep(world.rng.uniform(0.2, 1.5))
    gateway.redis.cut()
    gateway.redis.mend()


async def resumes_arrive_late(world: World) -> None:
    """All players are cut twice while what one gateway appends is held back: its resumes come when they are old."""
    gateway = world.gateway()
    gateway.redis.freeze(Way.TO_SERVER)
    for _ in range(2):
        for link in world.client_links(1.0):
            link.cut()
        await asyncio.sleep(world.rng.uniform(0.3, 0.6))
    gateway.redis.mend()


async def pubsub_killed(world: World) -> None:
    """Valkey closes all pub/sub connections, again and again."""
    for _ in range(6):
        await world.cluster.valkey.ask(lambda admin: admin.client_kill_filter(_type="pubsub"))
        await asyncio.sleep(world.rng.uniform(0.02, 0.3))


async def valkey_full(world: World) -> None:
    """Valkey has no memory left for writes (OOM)."""
    valkey = world.cluster.valkey
    await valkey.ask(lambda admin: admin.config_set("maxmemory", 1))
    await asyncio.sleep(world.rng.uniform(0.5, 1.5))
    await valkey.ask(lambda admin: admin.config_set("maxmemory", 0))


async def valkey_read_only(world: World) -> None:
    """Valkey is made a replica for a while (READONLY), as after a failover that the clients do not know of."""
    valkey = world.cluster.valkey
    await valkey.ask(lambda admin: admin.replicaof("127.0.0.1", 1))
    await asyncio.sleep(world.rng.uniform(0.3, 1))
    await valkey.ask(lambda admin: admin.replicaof("NO", "ONE"))


async def valkey_busy(world: World) -> None:
    """A script that does not end holds Valkey up (BUSY), until it is killed."""
    admin = world.cluster.valkey.admin
    endless = asyncio.ensure_future(admin.eval("while true do end", 0))
    await asyncio.sleep(world.rng.uniform(0.3, 1))
    while not endless.done():
        with suppress(*UNAVAILABLE):
            await admin.script_kill()
        await asyncio.wait((endless,), timeout=0.05)
    await asyncio.gather(endless, return_exceptions=True)


async def scripts_flushed(world: World) -> None:
    """Valkey forgets all scripts (NOSCRIPT), again and again."""
    for _ in range(5):
        await world.cluster.valkey.ask(lambda admin: admin.script_flush())
        await asyncio.sleep(world.rng.uniform(0.02, 0.2))


async def stream_poisoned(world: World) -> None:
    """Entries that cannot be read, or are of another program, in the session's stream."""
    stream = PartitionKeys(partition_of(world.code, PARTITIONS)).stream
    for entry in poison(world.code, world.rng):
        await world.cluster.valkey.ask(lambda admin, entry=entry: admin.xadd(stream, entry))  # type: ignore[misc]
        await asyncio.sleep(world.rng.uniform(0, 0.1))


# -- players --------------------------------------------------------------------------------


async def clients_cut(world: World) -> None:
    """A fifth of the players' connections is cut, several times."""
    for _ in range(4):
        for link in world.client_links(CUT_SHARE):
            link.cut()
        await asyncio.sleep(world.rng.uniform(0.05, 0.4))


async def all_clients_cut(world: World) -> None:
    """All connections of players and host are cut at once."""
    for link in world.client_links(1.0):
        link.cut()


async def clients_half_open(world: World) -> None:
    """A third of the players' connections says nothing any more, and then delivers all of it, late."""
    links = world.client_links(1 / 3)
    for link in links:
        link.freeze()
    await asyncio.sleep(PAST_THE_LEASE_S)
    for link in links:
        link.thaw()


async def clients_delayed(world: World) -> None:
    """Every message between players and gateways takes 100 to 500 ms."""
    for node in world.cluster.gateways:
        assert node.clients
        node.clients.delay_s = lambda: world.rng.uniform(0.1, 0.5)
    await asyncio.sleep(2.0)
    for node in world.cluster.gateways:
        assert node.clients
        node.clients.mend()


async def client_stops_reading(world: World) -> None:
    """A player reads nothing any more, but goes on sending."""
    links = world.client_links(0.1)
    for link in links:
        link.freeze(Way.TO_CLIENT)
    await asyncio.sleep(PAST_THE_LEASE_S)
    for link in links:
        link.thaw()


async def answer_from_two_devices(world: World) -> None:
    """A second device resumes as a player whose answer is under way, and sends the same command."""
    with suppress(TimeoutError):  # no answer was under way any more
        async with asyncio.timeout(TWIN_WITHIN_S):
            player, command = await _answering(world)
            await _twin(world, player, command)


async def _answering(world: World) -> tuple[Player, SubmitAnswer]:
    while True:
        for player in world.crowd.players:
            for command in player.under_way.values():
                if isinstance(command, SubmitAnswer):
                    return player, command
        await asyncio.sleep(0.001)


async def _twin(world: World, player: Player, command: SubmitAnswer) -> None:
    player.has_twin = True
    replies = count()
    done = asyncio.Event()

    def received(_text: bytes, _size: int, _at: float) -> None:
        if next(replies) == 1:
            done.set()

    wire = await reach(world.rng.choice(world.crowd.urls), received)
    try:
        await wire.opened
        wire.send(encode_command(ResumeSession(id=uuid4().hex, token=player.token)))
        wire.send(encode_command(command))
        wire.send(encode_command(command))
        await asyncio.wait((asyncio.ensure_future(done.wait()), wire.ended), return_when=asyncio.FIRST_COMPLETED)
    finally:
        done.set()
        wire.break_off()


FAULTS: Final[dict[str, Fault]] = {
    "coordinator_killed": coordinator_killed,
    "coordinator_stopped": coordinator_stopped,
    "killed_before_read": killed_at("before read"),
    "killed_after_read": killed_at("after read"),
    "killed_after_engine": killed_at("after engine"),
    "killed_before_commit": killed_at("before commit"),
    "killed_after_commit": killed_at("after commit"),
    "clocks_jump": clocks_jump,
    "gateway_killed": gateway_killed,
    "gateway_terminated": gateway_terminated,
    "gateways_rolled": gateways_rolled,
    "gateway_stopped": gateway_stopped,
    "valkey_killed": valkey_killed,
    "valkey_stopped": valkey_stopped,
    "valkey_cut": valkey_cut,
    "valkey_slow": valkey_slow,
    "valkey_half_open": valkey_half_open,
    "replies_of_valkey_lost": replies_of_valkey_lost,
    "appends_unanswered": appends_unanswered,
    "resumes_arrive_late": resumes_arrive_late,
    "pubsub_killed": pubsub_killed,
    "valkey_full": valkey_full,
    "valkey_read_only": valkey_read_only,
    "valkey_busy": valkey_busy,
    "scripts_flushed": scripts_flushed,
    "stream_poisoned": stream_poisoned,
    "clients_cut": clients_cut,
    "all_clients_cut": all_clients_cut,
    "clients_half_open": clients_half_open,
    "clients_delayed": clients_delayed,
    "client_stops_reading": client_stops_reading,
    "answer_from_two_devices": answer_from_two_devices,
}

LOSSES: Final[dict[str, Fault]] = {"valkey_emptied": valkey_emptied}
