"""A simulated Redis Cluster: which master serves which slot, what each server knows of it, and slots that move.

Every server decides by its own view, and a change reaches one after the other, as gossip does: the servers that it is
about at once, all others a while later. What a server says to a key that it does not serve is what Valkey says;
`test_cluster.py` holds both next to each other. No part of QuickPoll says ASKING, so it is not there.
"""

import asyncio
import random
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from quickpoll.store.cluster import SLOTS, slot_of
from tests.simulation.machines import ValkeyMachine
from tests.simulation.network import NEAR_S
from tests.simulation.pair import Pair, deafen
from tests.simulation.valkey import PORT

GOSSIP_S: Final = (0.1, 0.5, 2.0)
"""Within so long all hear of a change; one cluster is quicker than another."""
NODE_TIMEOUT_S: Final = 1.0
"""A master that is away for so long has failed, and with it the whole cluster."""
REJOIN_S: Final = 2.0
"""So long a master that was started again serves nothing."""
LOOKS_EVERY_S: Final = 1.0
"""Within this a reader that waits is told that its slot has gone."""
STEP_S: Final = 0.05
_NO_KEYS: Final = frozenset({"ping", "hello", "time", "wait", "info", "cluster"})
_ALL_ARE_KEYS: Final = frozenset({"del", "exists", "mget", "ssubscribe", "sunsubscribe"})
_PUBSUB: Final = frozenset({"spublish", "ssubscribe", "sunsubscribe"})
"""Is served while the cluster is down, and does not ask whether its channel is there."""


class Layout(NamedTuple):
    """Who serves what; the greater epoch is the truth."""

    epoch: int
    firsts: tuple[int, ...]
    """The first slot of each shard."""
    moved: Mapping[int, int]
    """Slots that are elsewhere, and in which shard."""
    servers: tuple[tuple[str, str], ...]
    """Of each shard: the master, and who follows it."""

    def shard_of(self, slot: int) -> int:
        """Which shard serves a slot."""
        return self.moved[slot] if slot in self.moved else bisect_right(self.firsts, slot) - 1

    def master_of(self, slot: int) -> str:
        """Which server serves it."""
        return self.servers[self.shard_of(slot)][0]

    def ranges(self) -> list[tuple[int, int, int]]:
        """First and last slot, and their shard, in order."""
        edges = sorted({*self.firsts, *self.moved, *(slot + 1 for slot in self.moved)} - {SLOTS})
        ends = [*(edge - 1 for edge in edges[1:]), SLOTS - 1]
        return [(first, last, self.shard_of(first)) for first, last in zip(edges, ends, strict=True)]


class Member:
    """One server, and what it knows."""

    def __init__(self, cluster: "Cluster", machine: ValkeyMachine, layout: Layout) -> None:
        self.layout = layout
        self.machine = machine
        self.has_failed = False
        """Whether it takes the cluster for failed."""
        self.is_deaf = False
        """Whether it hears nothing of what others do."""
        self.serves_from = 0.0
        """When it may serve again after its start."""
        self._cluster = cluster

    def refusal(self, command: str, args: Sequence[bytes], data: Mapping[bytes, Any]) -> str:
        """With which error it answers a command that is not its own; empty: it does it."""
        keys = keys_of(command, args)
        if not keys:
            return ""
        slots = {_slot(key) for key in keys}
        if len(slots) > 1:
            return "CROSSSLOT Keys in request don't hash to the same slot"
        (slot,) = slots
        is_pubsub = command in _PUBSUB
        if self.is_down and not is_pubsub:
            return "CLUSTERDOWN The cluster is down"
        if not (self.serves(slot) or (is_pubsub and self.follows(slot))):
            return f"MOVED {slot} {self.layout.master_of(slot)}:{PORT}"
        if not is_pubsub and (target := self._cluster.target_of(slot, self)):
            missing = sum(key not in data for key in keys)
            if missing:
                whole = missing == len(keys)
                return (
                    f"ASK {slot} {target}:{PORT}"
                    if whole
                    else "TRYAGAIN Multiple keys request during rehashing of slot"
                )
        return ""

    @property
    def is_down(self) -> bool:
        """Whether it serves nothing."""
        return self.has_failed or self._cluster.time() < self.serves_from

    def serves(self, slot: int) -> bool:
        """Whether it is the one, as it knows."""
        return self.layout.master_of(slot) == self.machine.name

    def follows(self, slot: int) -> bool:
        """Whether it is the replica, as it knows."""
        return self.layout.servers[self.layout.shard_of(slot)][1] == self.machine.name

    def pass_on(self, channel: bytes, message: bytes) -> None:
        """What is published on one server of a shard is heard on the other, too."""
        other = self._cluster.other_of(self.machine)
        if other.is_up:
            when = self._cluster.time() + self._cluster.rng.uniform(*NEAR_S)
            other.host.at(when, other.valkey.publish, channel, message)

    def slots(self) -> list[Any]:
        """The reply to CLUSTER SLOTS, which leaves out replicas that are gone."""
        gone = self._cluster.followers_gone()
        shards = [[_server(name) for name in names if name not in gone] for names in self.layout.servers]
        return [[first, last, *shards[shard]] for first, last, shard in self.layout.ranges()]

    def hear(self, layout: Layout) -> None:
        """Knows the layout from now on, unless it knows a later one."""
        if layout.epoch > self.layout.epoch:
            before, self.layout = self.layout, layout
            self.machine.valkey.unsubscribe(
                lambda channel: before.master_of(slot := _slot(channel)) == self.machine.name and not self.serves(slot)
            )
            self.look_soon()

    def look_soon(self) -> None:
        """Readers that wait for what is not served here are told so within a second."""
        if self.machine.is_up:
            when = self._cluster.time() + self._cluster.rng.uniform(0, LOOKS_EVERY_S)
            self.machine.host.at(when, self.machine.valkey.refuse_blocked)


class Cluster:
    """All servers of a world."""

    def __init__(
        self,
        pairs: Sequence[Pair],
        seed: object,
        time: Callable[[], float],
        note: Callable[[str], None],
        *,
        is_new: bool = False,
    ) -> None:
        """`note` is told what happens; `is_new`: the servers have only just been started, and serve nothing yet."""
        self.rng = random.Random(f"{seed}/cluster")
        self._gossip_s = self.rng.choice(GOSSIP_S)
        self.time = time
        self._note = note
        self.pairs = pairs
        firsts = (0, *sorted(self.rng.sample(range(1, SLOTS), len(pairs) - 1)))
        self.layout = Layout(1, firsts, {}, self._servers())
        """The truth."""
        self._members: dict[str, Member] = {}
        for machine in (machine for pair in pairs for machine in pair.machines):
            member = Member(self, machine, self.layout)
            self._members[machine.name] = machine.valkey.member = member
        for pair in pairs:
            pair.changed = self._pair_changed
        self._one_drain = asyncio.Lock()
        self._have_run = set(self._members) if is_new else set()
        self._moving: dict[int, int] = {}
        """Slots that are between two shards, and to which they go."""

    def share_out(self, firsts: tuple[int, ...]) -> None:
        """Gives each shard the slots from its first on; to be called before anything runs."""
        self.layout = self.layout._replace(firsts=firsts)
        for member in self._members.values():
            member.layout = self.layout

    def serves_nothing(self, shard: int) -> bool:
        """Whether no slot is a shard's, or on its way there."""
        return shard not in {*(one for _, _, one in self.layout.ranges()), *self._moving.values()}

    def deafen(self, machine: ValkeyMachine) -> None:
        """A server hears of nothing from now on but what happens to itself; see `pair.deafen`."""
        deafen(self._members[machine.name], self._members.values())

    def shard_of(self, key: str) -> int:
        """Where a key lies, as it will be when all have heard of it."""
        return self.layout.shard_of(slot_of(key))

    def other_of(self, machine: ValkeyMachine) -> ValkeyMachine:
        """The other one of its shard."""
        (other,) = (
            one for pair in self.pairs if machine in pair.machines for one in pair.machines if one is not machine
        )
        return other

    def followers_gone(self) -> set[str]:
        """Replicas that do not run."""
        return {pair.follower.name for pair in self.pairs if not pair.follower.is_up}

    def target_of(self, slot: int, member: Member) -> str:
        """Where a slot goes that leaves a server; empty: it stays."""
        shard = self._moving.get(slot)
        if shard is None or member.machine in self.pairs[shard].machines:
            return ""
        return self.pairs[shard].master.name

    # -- slots that move --------------------------------------------------------------------

    async def move(self, key: str, to: int, half_way_s: float) -> None:
        """Moves the slot of a key to another shard as resharding does, and rests when some of its keys are there."""
        slot = slot_of(key)
        source = self.layout.shard_of(slot)
        if slot in self._moving or source == to:
            return
        self.begin_move(slot, to)
        has_rested = False
        while keys := self._keys_in(slot, source):
            if await self._both_are_up(source, to):
                some = self.rng.sample(keys, self.rng.randint(1, len(keys)))
                self.hand_over(some if not has_rested else keys, source, to)
                await asyncio.sleep(STEP_S if has_rested else half_way_s)
                has_rested = True
        await self.end_move(slot, source)

    def begin_move(self, slot: int, to: int) -> None:
        """As SETSLOT IMPORTING and MIGRATING do."""
        self._moving[slot] = to
        self._note(f"slot {slot} begins to move to {self.pairs[to].master.name}")

    async def end_move(self, slot: int, source: int) -> None:
        """As SETSLOT NODE does, at the new owner first; no key may be left."""
        to = self._moving[slot]
        self._change(moved={**self.layout.moved, slot: to})
        self._members[self.pairs[to].master.name].hear(self.layout)
        await asyncio.sleep(self.rng.uniform(0, STEP_S))
        self._members[self.pairs[source].master.name].hear(self.layout)
        del self._moving[slot]
        self._note(f"slot {slot} has moved to {self.pairs[to].master.name}")

    async def _both_are_up(self, source: int, to: int) -> bool:
        """Returns whether both masters can talk; after a moment if not."""
        if all(self.pairs[shard].master.is_up for shard in (source, to)):
            return True
        await asyncio.sleep(STEP_S)
        return False

    def _keys_in(self, slot: int, shard: int) -> list[bytes]:
        return [key for key in self.pairs[shard].master.valkey.every_key() if _slot(key) == slot]

    def hand_over(self, keys: Sequence[bytes], source: int, to: int) -> None:
        """As MIGRATE does; whoever moves slots waits until both replicas have that."""
        giver, taker = self.pairs[source].master.valkey, self.pairs[to].master.valkey
        giver.hand_over(keys, taker)
        for valkey in (giver, taker):
            if valkey.replica:
                valkey.replica.catch_up()

    async def drain(self, shard: int, keys: Sequence[str]) -> None:
        """Moves away all that a shard serves, these keys among it, so that it is not needed any more."""
        others = [number for number in range(len(self.pairs)) if number != shard]
        async with self._one_drain:  # two would send slots to each other without end
            while left := [key for key in keys if self.shard_of(key) == shard]:
                for key in left:
                    await self.move(key, self.rng.choice(others), 0.0)
                await asyncio.sleep(STEP_S)  # a slot may have been on its way already, wherever to
        firsts = list(self.layout.firsts)
        if shard == 0:
            firsts[1] = 0
        else:
            firsts[shard] = firsts[shard + 1] if shard + 1 < len(firsts) else SLOTS
        self._change(firsts=tuple(firsts))

    # -- servers that come and go -----------------------------------------------------------

    def _pair_changed(self, pair: Pair, started: ValkeyMachine | None) -> None:
        """A master is another one, or is gone or back; `started` is a server that was."""
        if (servers := self._servers()) != self.layout.servers:
            self._change(servers=servers)
            for machine in pair.machines:
                if machine.is_up:
                    self._members[machine.name].hear(self.layout)
        if started:
            if started is pair.master and started.name in self._have_run:
                self._members[started.name].serves_from = self.time() + REJOIN_S * self.rng.random()
            self._have_run.add(started.name)
            self._tell(started.name)
        asyncio.get_running_loop().call_later(NODE_TIMEOUT_S, self._look_who_failed)

    def _look_who_failed(self) -> None:
        """Without a master the whole cluster serves nothing, as `cluster-require-full-coverage` has it."""
        needed = {shard for _, _, shard in self.layout.ranges()}
        has_failed = not all(self.pairs[shard].master.is_up for shard in needed)
        for member in self._members.values():
            if member.has_failed is not has_failed:
                member.has_failed = has_failed
                member.look_soon()

    def _servers(self) -> tuple[tuple[str, str], ...]:
        return tuple((pair.master.name, pair.follower.name) for pair in self.pairs)

    def _change(self, **changes: Any) -> None:
        self.layout = self.layout._replace(epoch=self.layout.epoch + 1, **changes)
        for name in self._members:
            self._tell(name)

    def _tell(self, name: str) -> None:
        """A server hears of the layout in a moment."""
        member = self._members[name]
        if member.machine.is_up and not member.is_deaf:
            member.machine.host.at(self.time() + self.rng.uniform(0, self._gossip_s), member.hear, self.layout)


def keys_of(command: str, args: Sequence[bytes]) -> Sequence[bytes]:
    """The keys and channels that a command names, as far as QuickPoll uses it."""
    if command in _NO_KEYS or command.startswith(("client ", "script ")):
        return ()
    if command in _ALL_ARE_KEYS:
        return args
    if command == "evalsha":
        return args[2 : 2 + int(args[1])]
    if command == "xread":
        streams = args[[arg.upper() for arg in args].index(b"STREAMS") + 1 :]
        return streams[: len(streams) // 2]
    return args[:1]


@cache
def _slot(key: bytes) -> int:
    return slot_of(key.decode(errors="replace"))


def _server(name: str) -> list[Any]:
    return [name.encode(), PORT, f"{name:0>40}".encode(), {}]
