"""A deployment, its network and its people, made from a scenario: everything that a run can touch."""

import asyncio
import hashlib
import struct
from typing import Any

from quickpoll.setting_readers import Durability
from tests.chaos.crowd import Crowd
from tests.simulation.coverage import Coverage
from tests.simulation.loop import SimulatedLoop
from tests.simulation.machines import PORT, WorkerMachine, coordinator, gateway
from tests.simulation.network import Network
from tests.simulation.redis import Redis
from tests.simulation.scenario import Scenario
from tests.simulation.watch import Watch

PHONES = "phones"
_ARRIVED = struct.Struct("<dI")


class World:
    """Made inside its loop."""

    def __init__(self, loop: SimulatedLoop, scenario: Scenario, coverage: Coverage) -> None:
        self.loop = loop
        self.scenario = scenario
        self.wrong: list[str] = []
        """What must not happen, as it happened."""
        self.network = Network(loop, scenario.seed, self._trace)
        self.network.phones.add(PHONES)
        self.watch = Watch(scenario.partitions, self._stored, self.tell_wrong, self.note)
        self.phones = loop.host(PHONES)
        self.events: list[tuple[float, str]] = []
        """What happened, and when."""
        self.coverage = coverage
        about = (self.tell_wrong, self.note)
        durability = Durability.REPLICA if scenario.has_replica else Durability.REPLY
        self.redis = Redis(scenario, self.watch.script_ran, loop, self.network, *about)
        url = self.redis.url
        self.gateways = [
            WorkerMachine(gateway(url, scenario.partitions), loop, self.network, f"gateway{number}", *about)
            for number in range(scenario.gateways)
        ]
        make = coordinator(url, scenario.partitions, durability)
        self.coordinators = [
            WorkerMachine(make, loop, self.network, f"coordinator{number}", *about)
            for number in range(scenario.coordinators)
        ]
        self.crowd: Crowd
        self._digest = hashlib.blake2b(digest_size=16)

    @property
    def workers(self) -> list[WorkerMachine]:
        """Gateways and coordinators."""
        return [*self.gateways, *self.coordinators]

    @property
    def urls(self) -> list[str]:
        """Where players reach each gateway."""
        return [f"ws://{machine.name}:{PORT}/ws" for machine in self.gateways]

    @property
    def trace(self) -> str:
        """Every piece that has arrived anywhere, and when, in one number."""
        return self._digest.hexdigest()

    async def restore(self) -> None:
        """Everything runs again."""
        await self.redis.start()
        await asyncio.gather(*(machine.start() for machine in self.workers))

    def note(self, what: str) -> None:
        """Something happened that belongs to the story of the run."""
        self.events.append((self.loop.time(), what))

    def _stored(self, key: str) -> Any:
        return self.redis.get(key)

    def tell_wrong(self, what: str) -> None:
        """Something happened that must not."""
        self.wrong.append(f"{self.loop.time():.3f} s: {what}")
        self.note(f"WRONG: {what}")

    def _trace(self, along: bytes, data: bytes) -> None:
        self._digest.update(_ARRIVED.pack(self.loop.time(), len(data)) + along + data)
