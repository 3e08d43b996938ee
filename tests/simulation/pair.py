"""A part of the data on two machines: the master, and the one that follows it and may take its place."""

from collections.abc import Callable

from tests.simulation.machines import ValkeyMachine
from tests.simulation.replica import Replica
from tests.simulation.valkey import Valkey


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
        self._follow()
        self.changed(self, machine)

    def _follow(self) -> None:
        """The follower begins with a copy of all that the master has, if both are there."""
        if self.master.is_up and self.follower.is_up:
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
