"""The Redis of a world, as its scenario has it: one server, a Cluster, or a master that Sentinels watch."""

import asyncio
import random
from collections.abc import Callable
from typing import Any, Final

from quickpoll.store.url import RedisKind
from tests.simulation.cluster import Cluster
from tests.simulation.loop import SimulatedLoop
from tests.simulation.machines import VALKEY, ValkeyMachine
from tests.simulation.network import Network
from tests.simulation.pair import Pair, PairedMachine, Shard
from tests.simulation.scenario import Scenario
from tests.simulation.sentinel import SERVICE, SentinelMachine
from tests.simulation.valkey import PORT, Valkey, Watcher

Tell = Callable[[str], None]
SIDES: Final = "ab"
NEW: Final = 0.3
"""This share of clusters is started with everything else."""


class Redis:
    """All servers that hold data, and those that know where they are."""

    def __init__(
        self, scenario: Scenario, watcher: Watcher, loop: SimulatedLoop, network: Network, wrong: Tell, note: Tell
    ) -> None:
        """`watcher` sees every script; `wrong` and `note` are as for `Machine`."""
        self.cluster: Cluster | None = None
        self.shards: list[Shard]
        self.sentinels: list[SentinelMachine] = []
        self._about = (loop, network)
        self._told = (wrong, note)
        self._watcher = watcher
        if scenario.redis is RedisKind.ONE:
            valkey = Valkey(watcher, scenario.seed, has_replica=scenario.has_replica)
            self.shards = [Shard(ValkeyMachine(valkey, loop, network, VALKEY, wrong, note))]
            self.url = f"redis://{VALKEY}:{PORT}/0"
        else:
            pairs = [self._pair(scenario, number) for number in range(scenario.shards)]
            self.shards = list(pairs)
            if scenario.redis is RedisKind.CLUSTER:
                self.cluster = Cluster(
                    pairs, scenario.seed, loop.time, note, is_new=random.Random(f"{scenario.seed}/new").random() < NEW
                )
                self.url = f"redis+cluster://{','.join(pair.master.name for pair in pairs)}"
            else:
                self._watch_over(pairs[0], scenario.seed, loop)
                self.url = f"redis+sentinel://{','.join(each.name for each in self.sentinels)}/{SERVICE}"

    def _watch_over(self, pair: Pair, seed: object, loop: SimulatedLoop) -> None:
        """Three Sentinels, which are told of each change."""

        def tell(*_: object) -> None:
            for sentinel in self.sentinels:
                sentinel.hear()

        pair.changed, pair.is_watched = tell, True
        self.sentinels = [
            SentinelMachine(pair, seed, loop.time, *self._about, f"sentinel{number}", *self._told)
            for number in range(3)
        ]

    def _pair(self, scenario: Scenario, number: int) -> Pair:
        master, follower = (
            PairedMachine(Valkey(self._watcher, scenario.seed), *self._about, f"{VALKEY}{number}{side}", *self._told)
            for side in SIDES
        )
        return Pair(master, follower, f"{scenario.seed}/pair {number}", is_behind=scenario.has_replica)

    @property
    def machines(self) -> list[ValkeyMachine]:
        """Those that hold data."""
        return [machine for shard in self.shards for machine in shard.machines]

    @property
    def names(self) -> list[str]:
        """Of their hosts."""
        return [machine.name for machine in self.machines]

    async def start(self) -> None:
        """Everything runs."""
        await asyncio.gather(*(machine.start() for machine in (*self.machines, *self.sentinels)))

    def shard_of(self, key: str) -> Shard:
        """Where a key lies."""
        return self.shards[self.cluster.shard_of(key) if self.cluster else 0]

    def get(self, key: str) -> Any:
        """What is stored behind a key, past all protocol; None if nothing is."""
        return self.shard_of(key).valkey.get(key)
