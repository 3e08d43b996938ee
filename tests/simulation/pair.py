"""A part of the data on two machines: the master, and the one that follows it and may take its place."""

import asyncio
import random
from collections.abc import Callable, Collection
from typing import Final, Protocol

from tests.simulation.loop import Host
from tests.simulation.machines import ValkeyMachine
from tests.simulation.replica import Replica
from tests.simulation.valkey import Valkey

DEPOSED_S: Final = 2.0
"""So long at most Sentinels need to tell who was replaced."""


class Hearer(Protocol):
    """A Sentinel, or a server of a cluster."""

    is_deaf: bool
    """Whether it hears nothing more of the others."""


def deafen(one: Hearer, everybody: Collection[Hearer]) -> None:
    """One hears nothing more of the others, if more than half still do: so many agree on each failover."""
    if 2 * (1 + sum(each.is_deaf for each in everybody)) < len(everybody):
        one.is_deaf = True


class Shard:
    """A part of the data that has one machine, whose Valkey may have a replica that nobody sees."""

    def __init__(self, master: ValkeyMachine) -> None:
        self.master = master
        """The machine of its master."""

    @property
    def machines(self) -> tuple[ValkeyMachine, ...]:
        """All of them."""
        return (self.master,)

    @property
    def valkey(self) -> Valkey:
        """Its master."""
        return self.master.valkey

    @property
    def can_fail_over(self) -> bool:
        """Whether somebody may take the place of a master that lives; what is as far behind is not made a master."""
        replica = self.valkey.replica
        return self.master.is_up and replica is not None and replica.is_connected

    def fail_over(self) -> None:
        """The replica takes the master's place without the latest."""
        self.valkey.fail_over()


class Pair(Shard):
    """One that has two machines."""

    def __init__(self, master: "PairedMachine", follower: "PairedMachine", seed: object, *, is_behind: bool) -> None:
        """Both are started later."""
        super().__init__(master)
        self.follower: ValkeyMachine = follower
        self.changed: Callable[[Pair, ValkeyMachine | None], None] = lambda *_: None
        """Told that a server is gone, or was started, or that the two have changed their parts."""
        self._seed = seed
        self.is_behind = is_behind
        """Whether what the follower did not confirm goes with the master."""
        self._heir: Replica | None = None
        """What the follower had when the master was gone."""
        self.is_watched = False
        """Whether Sentinels watch it: who was replaced while it was gone takes itself for the master at first."""
        self._deposed: ValkeyMachine | None = None
        self._rng = random.Random(f"{seed}/deposed")
        self._times = 0
        master.pair = follower.pair = self
        follower.valkey.become_replica()

    @property
    def machines(self) -> tuple[ValkeyMachine, ...]:
        """Both."""
        return self.master, self.follower

    def exchange(self) -> None:
        """Both change their parts, and nothing is lost."""
        replica = self.valkey.replica
        if replica and self.can_fail_over:
            replica.catch_up()
            self._take_over(replica)

    def fail_over(self) -> None:
        """The follower takes the master's place without the latest."""
        if (replica := self.valkey.replica) and self.can_fail_over:
            self._take_over(replica)

    def replace_dead(self) -> bool:
        """The follower takes the place of a master that is gone; returns whether it did."""
        heir = self._heir
        if self.master.is_up or not self.follower.is_up or heir is None:
            return False
        self._take_over(heir)
        return True

    def _take_over(self, replica: Replica) -> None:
        old, new = self.master, self.follower
        self.master, self.follower, self._heir = new, old, None
        self._deposed = None if old.is_up or not self.is_watched else old
        new.valkey.become_master(replica.take())
        old.valkey.become_replica()
        new.tell(f"takes the place of {old.name}")
        self._follow()
        self.changed(self, None)

    # -- as its machines see it -------------------------------------------------------------

    def about_to_lose(self, machine: ValkeyMachine) -> None:
        """One of them dies now."""
        replica = self.valkey.replica
        if machine is self.master:
            self._heir = replica if replica and replica.is_connected else None
            if self._heir and not self.is_behind:
                self._heir.catch_up()
        else:
            self._heir = None
        if replica:
            replica.disconnect()
        self.valkey.replica = None

    def lost(self) -> None:
        """One of them is gone."""
        self.changed(self, None)

    def came(self, machine: ValkeyMachine) -> None:
        """One of them has started."""
        if machine is self.master:
            self._heir = None
        if machine is self._deposed:
            machine.valkey.is_replica, machine.valkey.is_deposed = False, True
            loop = asyncio.get_running_loop()
            machine.host.at(loop.time() + self._rng.uniform(0, DEPOSED_S), self._convert, machine, machine.host)
        self._follow()
        self.changed(self, machine)

    def _convert(self, machine: ValkeyMachine, host: Host) -> None:
        """Sentinels make it the replica, and end its connections."""
        if machine.is_up and machine.host is host:
            self._deposed = None
            machine.valkey.become_replica()
            for client in list(machine.valkey.clients.values()):
                client.end()
            self._follow()

    def _follow(self) -> None:
        """The follower begins with a copy of all that the master has, if both are there and it knows its part."""
        if self.master.is_up and self.follower.is_up and self.follower is not self._deposed:
            self._times += 1
            replica = self.valkey.replica = Replica(self.valkey, f"{self._seed}/{self._times}")
            replica.connect(self.master.host)


class PairedMachine(ValkeyMachine):
    """One of two."""

    pair: Pair

    def kill(self) -> None:
        """As by kill -9."""
        if self.is_up:
            self.pair.about_to_lose(self)
            super().kill()
            self.pair.lost()

    async def start(self) -> None:
        """Starts it, in the part that it has to play now."""
        if not self.is_up:
            await super().start()
            self.pair.came(self)
