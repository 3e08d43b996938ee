"""What a fault may touch in a simulated world, and how it strikes.

What is hit between two steps of a process is hit after a number of steps that the fault's dice choose, or when one of
its tasks waits at an await at which none has waited for a while, so that any await may be where it waits just then.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

from quickpoll.keys import PartitionKeys, partition_of
from tests.chaos.crowd import Crowd
from tests.chaos.faults.world import PAST_THE_LEASE_S
from tests.simulation.coverage import at_a_new_await
from tests.simulation.machines import Machine, WorkerMachine
from tests.simulation.network import Connection
from tests.simulation.pair import Shard
from tests.simulation.world import PHONES, World

STEPS: Final = 15
"""On the average: so many callbacks of a process after a fault began, it is hit."""
AT_AN_AWAIT: Final = 0.4
"""This share of strikes comes when a task waits where none has waited since the fault began ..."""
NEW_AWAITS: Final = 3
"""... for the first time, or the second, third, ...: on the average, that many times later."""
ELSEWHERE: Final = 0.3
"""This share of what happens to one of several shards happens to any of them."""
OF_ONE_SHARD: Final = 0.5
"""This share of what happens to the way to Redis happens on the way to one shard."""
NOT_BUSY_S: Final = 0.5
"""A process that has not taken its steps in so long is hit as it is."""


@dataclass
class Scene:
    """What a fault may touch, with dice of its own."""

    world: World
    name: str
    """Of the fault."""
    rng: random.Random

    @property
    def crowd(self) -> Crowd:
        """Those who play."""
        return self.world.crowd

    @property
    def code(self) -> str:
        """The session that is played."""
        return self.crowd.host.code

    def gateway(self) -> WorkerMachine:
        """Some gateway."""
        return self.rng.choice(self.world.gateways)

    def coordinator(self) -> WorkerMachine:
        """Some coordinator."""
        return self.rng.choice(self.world.coordinators)

    def phone_links(self, share: float) -> list[Connection]:
        """So large a part of all connections of people, at least one if there is any."""
        links = [link for machine in self.world.gateways for link in self.world.network.between(PHONES, machine.name)]
        return self.rng.sample(links, min(len(links), max(1, round(share * len(links)))))

    def valkey_links(self, machine: Machine, *names: str) -> list[Connection]:
        """All connections of a process to these servers, or to any Valkey."""
        return list(self.world.network.between(machine.name, *(names or self.world.redis.names)))

    def some_valkeys(self) -> Sequence[str]:
        """All servers that hold data, or where there are several shards those of one."""
        redis = self.world.redis
        if len(redis.shards) > 1 and self.rng.random() < OF_ONE_SHARD:
            return [machine.name for machine in self.shard().machines]
        return redis.names

    @property
    def keys(self) -> PartitionKeys:
        """Those of the partition of the session."""
        return PartitionKeys(partition_of(self.code, self.world.scenario.partitions))

    def shard(self) -> Shard:
        """Mostly the one that holds the session."""
        redis = self.world.redis
        if len(redis.shards) > 1 and self.rng.random() < ELSEWHERE:
            return self.rng.choice(redis.shards)
        return redis.shard_of(self.keys.prefix)

    async def hit(self, machine: Machine, strike: Callable[[], None]) -> None:
        """Strikes between two steps of a process: after some, or when a task waits where none has for a while."""
        struck = asyncio.Event()

        def now() -> None:
            if not struck.is_set():
                struck.set()
                self.world.coverage.struck(self.name, machine.host)
                strike()

        host = machine.host
        if isinstance(machine, WorkerMachine) and self.rng.random() < AT_AN_AWAIT:
            host.strike_when(at_a_new_await(host, 1 + int(self.rng.expovariate(1 / NEW_AWAITS))), now)
        else:
            host.strike_after(int(self.rng.expovariate(1 / STEPS)), now)
        try:
            async with asyncio.timeout(NOT_BUSY_S):
                await struck.wait()
        except TimeoutError:
            now()

    async def kill(self, machine: Machine) -> None:
        """Kills a process between two steps, and has it started again."""
        await self.hit(machine, machine.kill)
        await asyncio.sleep(self.rng.uniform(0, 1))
        await machine.start()

    async def pause(self, machine: Machine, seconds: float) -> None:
        """Stops a process between two steps, and lets it go on."""
        await self.hit(machine, machine.pause)
        host = machine.host
        await asyncio.sleep(seconds)
        machine.go_on(host)

    def reconnect_replicas(self) -> None:
        """Replicas follow their masters again, if these are up."""
        for shard in self.world.redis.shards:
            replica = shard.valkey.replica
            if replica and shard.master.is_up and not replica.is_connected:
                replica.connect(shard.master.host)

    async def trouble_while(self, changes: Coroutine[Any, Any, None], machine: WorkerMachine) -> None:
        """Something happens to a process that begins or ends just now; afterwards it runs."""
        changing = asyncio.create_task(changes)
        await asyncio.sleep(0)  # It has begun.
        await self._trouble(machine)
        await changing
        await machine.start()

    async def _trouble(self, machine: WorkerMachine) -> None:
        """It is killed, or paused, or cut off from Valkey for a moment."""
        match self.rng.randrange(3):
            case 0:
                await self.hit(machine, machine.kill)
            case 1:
                await self.pause(machine, self.rng.uniform(0.01, PAST_THE_LEASE_S))
            case _:
                await self.hit(machine, lambda: cut(self.valkey_links(machine)))

    async def replace(self, machine: WorkerMachine) -> None:
        """Tells a process to end, and starts another in its place."""
        await machine.end()
        await machine.start()


def cut(links: Sequence[Connection]) -> None:
    """Cuts connections."""
    for link in links:
        link.cut()
