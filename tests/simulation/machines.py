"""The processes of a deployment in the simulated world: started, supervised, killed, paused and ended as real ones are.

What runs in them is the product's own `Gateway` and `Coordinator`, wired as `program.serve` wires them.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from coordinator.app import Coordinator
from gateway.app import Gateway
from gateway.pages import Pages
from gateway.timing import Timing
from quickpoll.setting_readers import Durability
from quickpoll.settings import Failure
from quickpoll.tokens import Tokens
from tests.settings import settings_with
from tests.simulation.loop import Host, SimulatedLoop
from tests.simulation.network import End, Network
from tests.simulation.valkey import Valkey

VALKEY: Final = "valkey"
TOKENS: Final = Tokens("a secret of the simulation")
PORT: Final = 8000
NO_PAGES: Final = Pages(Path(__file__).parent / "no pages")
DRAIN_S: Final = 1.0
ASKED_EVERY_S: Final = 1.0
TIMING: Final = Timing(linger_s=1.0)
"""Sessions are given up sooner than by default: people come back a moment before that, and a moment after it."""
RESTART_S: Final = 0.5
"""After which a supervisor starts again what has ended."""


class Worker(Protocol):
    """A gateway or a coordinator."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def ended(self) -> str: ...
    async def ready(self) -> tuple[bool, str]: ...


class Machine:
    """A host by name, on which one process runs after the other."""

    def __init__(
        self,
        loop: SimulatedLoop,
        network: Network,
        name: str,
        wrong: Callable[[str], None],
        note: Callable[[str], None],
    ) -> None:
        """`wrong` is told what must not happen, and `note` what happens."""
        self.name = name
        self.host: Host
        self.is_up = False
        self._loop = loop
        self._network = network
        self._wrong = wrong
        self._note = note

    def kill(self) -> None:
        """As by kill -9."""
        if self.is_up:
            self._note(f"{self.name} is killed")
            self.is_up = False
            self._network.kill(self.host)
            self.host.is_dead = True
            self.host.is_paused = False
            self._cancel()

    def pause(self) -> None:
        """As by SIGSTOP."""
        self._note(f"{self.name} is paused")
        self.host.is_paused = True

    def go_on(self, host: Host) -> None:
        """As by SIGCONT; `host` is the one that was paused, and may be gone."""
        self._note(f"{self.name} goes on")
        host.is_paused = False

    async def start(self) -> None:
        """Starts a process; returns when it works."""
        raise NotImplementedError

    def tell(self, what: str) -> None:
        """Something happened to it."""
        self._note(f"{self.name} {what}")

    def _new_host(self) -> Host:
        self._note(f"{self.name} starts")
        self.host = self._loop.host(self.name)
        self.is_up = True
        return self.host

    def _cancel(self) -> None:
        for task in self.host.tasks():
            task.cancel()


class ValkeyMachine(Machine):
    """The one on which Valkey runs."""

    def __init__(self, valkey: Valkey, *args: Any) -> None:
        super().__init__(*args)
        self.valkey = valkey

    def kill(self) -> None:
        """As by kill -9; what it has acknowledged is on its disk."""
        if self.is_up:
            super().kill()
            self.valkey.stopped()

    async def start(self) -> None:
        """Starts it on what its disk holds."""
        if not self.is_up:
            await self._new_host().run(self.valkey.start(self.host))


class WorkerMachine(Machine):
    """One for gateways or coordinators, with a supervisor that starts them again."""

    def __init__(self, make: Callable[[str], Worker], *args: Any) -> None:
        super().__init__(*args)
        self.worker: Worker
        self._begun: asyncio.Task[None]
        self._watching: asyncio.Task[None]
        self._asking: asyncio.Task[None]
        self._one_end = asyncio.Lock()
        self._make = make

    async def start(self) -> None:
        """Starts it, again and again while it cannot start; returns when it works."""
        while not self.is_up:
            host = self._new_host()
            begun = self._begun = host.run(self._begin(host))
            await asyncio.wait((begun,))
            if not self.is_up or host is not self.host:
                return  # killed while it started
            if begun.cancelled() or (error := begun.exception()) is None:
                return
            if not isinstance(error, Failure):
                self._wrong(f"{self.name} did not start: {error!r}")
            self.is_up = False
            await asyncio.sleep(RESTART_S)

    async def end(self) -> None:
        """As by SIGTERM: it ends in order, and leaves nothing behind."""
        async with self._one_end:
            begun = self._begun
            await asyncio.wait((begun,))
            if not self.is_up or begun is not self._begun or begun.cancelled() or begun.exception():
                return  # it is gone, or not there yet
            host = self.host
            self._note(f"{self.name} is told to end")
            self._watching.cancel()
            self._asking.cancel()
            await asyncio.wait((host.run(self._end(self.worker), "ending"),))
            if host is self.host and self.is_up:
                self.is_up = False
                self._note(f"{self.name} has ended")
                self._look_for_remains(host)

    async def _begin(self, host: Host) -> None:
        self.worker = self._make(self.name)
        await self.worker.start()
        self._watching = host.run(self._watch(host))
        self._asking = host.run(self._ask())

    async def _watch(self, host: Host) -> None:
        """A part that ends by a bug ends the process."""
        part = await self.worker.ended()
        self._wrong(f"{host}: a bug has ended {part!r}")

    async def _ask(self) -> None:
        """Whether it is ready, as whatever balances the load asks again and again."""
        while True:
            await asyncio.sleep(ASKED_EVERY_S)
            await self.worker.ready()

    async def _end(self, worker: Worker) -> None:
        if isinstance(worker, Gateway):
            await worker.drain(DRAIN_S)
        await worker.stop()

    def _look_for_remains(self, host: Host) -> None:
        for task in host.tasks():
            self._wrong(f"{host} has ended, and left a task behind: {task}")
        for owner, timer in self._loop.timers():
            is_networks = isinstance(getattr(timer._callback, "__self__", None), End)  # type: ignore[attr-defined]
            if owner is host and not is_networks:
                self._wrong(f"{host} has ended, and left a timer behind: {timer}")
        for connection in self._network.of(host.name):
            for end in connection.ends:
                if end.host is host and not end.is_closing():
                    self._wrong(f"{host} has ended, and left a connection behind, to {end.other.host}")


def gateway(url: str, partitions: int) -> Callable[[str], Worker]:
    """Makes gateways."""

    def make(name: str) -> Worker:
        settings = settings_with(host=name, port=PORT, partitions=partitions)
        return Gateway(url, TOKENS, settings, pages=NO_PAGES, timing=TIMING)

    return make


def coordinator(url: str, partitions: int, durability: Durability) -> Callable[[str], Worker]:
    """Makes coordinators."""

    def make(name: str) -> Worker:
        settings = settings_with(host=name, partitions=partitions, durability=durability)
        return Coordinator(url, TOKENS, settings)

    return make
