"""A deployment, its network and its people, made from a scenario: everything that a run can touch."""

import asyncio
import hashlib

from tests.chaos.crowd import Crowd
from tests.simulation.loop import SimulatedLoop
from tests.simulation.machines import PORT, VALKEY, Machine, ValkeyMachine, WorkerMachine, coordinator, gateway
from tests.simulation.network import Network
from tests.simulation.scenario import Scenario
from tests.simulation.valkey import Valkey
from tests.simulation.watch import Watch

PHONES = "phones"


class World:
    """Made inside its loop."""

    def __init__(self, loop: SimulatedLoop, scenario: Scenario) -> None:
        self.loop = loop
        self.scenario = scenario
        self.wrong: list[str] = []
        """What must not happen, as it happened."""
        self.network = Network(loop, scenario.seed, self._trace)
        self.network.phones.add(PHONES)
        self.watch = Watch(self.tell_wrong)
        self.valkey = Valkey(self.watch.script_ran)
        self.phones = loop.host(PHONES)
        about = (loop, self.network)
        self.valkey_machine = ValkeyMachine(self.valkey, *about, VALKEY, self.tell_wrong)
        self.gateways = [
            WorkerMachine(gateway(scenario.partitions), *about, f"gateway{number}", self.tell_wrong)
            for number in range(scenario.gateways)
        ]
        self.coordinators = [
            WorkerMachine(coordinator(scenario.partitions), *about, f"coordinator{number}", self.tell_wrong)
            for number in range(scenario.coordinators)
        ]
        self.crowd: Crowd
        self._digest = hashlib.blake2b(digest_size=16)

    @property
    def workers(self) -> list[WorkerMachine]:
        """Gateways and coordinators."""
        return [*self.gateways, *self.coordinators]

    @property
    def servers(self) -> list[str]:
        """Names of all hosts but the phones'."""
        return [VALKEY, *(machine.name for machine in self.workers)]

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
        await self.valkey_machine.start()
        await asyncio.gather(*(machine.start() for machine in self.workers))

    def struck(self, machine: Machine) -> None:
        """A fault hits a process between two of its steps."""

    def tell_wrong(self, what: str) -> None:
        """Something happened that must not."""
        self.wrong.append(f"{self.loop.time():.3f} s: {what}")

    def _trace(self, along: str, data: bytes) -> None:
        self._digest.update(f"{self.loop.time():.9f} {along} {len(data)} ".encode())
        self._digest.update(data)
