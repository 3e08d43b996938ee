"""QuickPoll as its users start it: real processes, real sockets, each in a folder of its own."""

import asyncio
import os
import random
import resource
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

READY_WITHIN_S = 20.0
BELOW_OUTGOING = range(10_000, 32_000)
"""Ports that Linux hands out to connections begin after these."""
SECRET = "a secret that only these tests know"
CHECKED = {"QUICKPOLL_CHECK_INVARIANTS": "on"}
"""For each coordinator under test, unless its times are measured."""


def _ports_of_this_process() -> Iterator[int]:
    """Another share for each worker of a run, in an order of its own for each run.

    Between looking at a port and listening to it another worker may do the same.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    mine = BELOW_OUTGOING[worker :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]
    return iter(random.SystemRandom().sample(mine, len(mine)))


_ports = _ports_of_this_process()


def free_port() -> int:
    """A port that nobody listens on now, another each time, and none that outgoing connections are given."""
    for port in _ports:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is left")


def allow_open_files() -> None:
    """Lets this process have as many open files as it may; 1,024, as is usual, are too few for a crowd."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def http_status(url: str) -> int:
    """The status of a GET, 0 if nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310  (our own address)
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def listens(url: str) -> bool:
    """Whether somebody listens there: asking for a page costs much more while a process starts."""
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname, parts.port)) == 0


async def is_ready(url: str) -> bool:
    """Whether a GET is answered with 200."""
    return listens(url) and await asyncio.to_thread(http_status, url) == HTTPStatus.OK


@dataclass
class Process:
    """One `quickpoll` process."""

    arguments: list[str]
    environment: dict[str, str]
    log: Path
    health: str
    """Base URL of its health endpoints."""
    module: str = "quickpoll"
    """What Python is told to run."""
    _process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    async def start(self, *, ready: bool = True) -> "Process":
        """Starts it, and waits for /readyz unless told not to."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("QUICKPOLL_")}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self.module,
                *self.arguments,
                env=environment | self.environment,
                stdout=log,
                stderr=log,
            )
        if ready:
            await self.ready()
        return self

    def limit_files(self, number: int) -> None:
        """From now on it may have so many open files."""
        assert self._process is not None
        resource.prlimit(self._process.pid, resource.RLIMIT_NOFILE, (number, number))

    async def ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Returns when /readyz says 200; fails with the log if the process ends or takes too long."""
        assert self._process is not None
        try:
            async with asyncio.timeout(within_s):
                while not await is_ready(self.health + "/readyz"):
                    if self._process.returncode is not None:
                        raise AssertionError(f"it ended with {self._process.returncode}:\n{self.log.read_text()}")
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"not ready after {within_s} s:\n{self.log.read_text()}") from None

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process is not None
        return self._process.pid

    @property
    def has_started(self) -> bool:
        """Whether it was started, even if it has ended since."""
        return self._process is not None

    @property
    def has_ended(self) -> bool:
        """Whether it was started and has ended."""
        return self._process is not None and self._process.returncode is not None

    async def wait(self) -> int:
        """Returns its exit code when it has ended."""
        assert self._process is not None
        return await self._process.wait()

    def send_signal(self, number: signal.Signals) -> None:
        """Sends a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ends it with a signal and returns its exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(number)
        async with asyncio.timeout(20):
            return await self._process.wait()


def serve(folder: Path, port: int | None = None, **settings: str) -> Process:
    """Everything in one process, on the embedded server."""
    port = port or free_port()
    environment = {
        "QUICKPOLL_HOST": "127.0.0.1",
        "QUICKPOLL_PORT": str(port),
        "QUICKPOLL_DATA_DIR": str(folder / "data"),
    } | CHECKED
    return Process([], environment | settings, folder / "serve.log", f"http://127.0.0.1:{port}")


def gateway(folder: Path, redis_url: str, number: int = 0) -> Process:
    """A gateway on its own."""
    port = free_port()
    environment = {"QUICKPOLL_HOST": "127.0.0.1", "QUICKPOLL_PORT": str(port)} | _shared(redis_url)
    return Process(["gateway"], environment, folder / f"gateway{number}.log", f"http://127.0.0.1:{port}")


def coordinator(folder: Path, redis_url: str, number: int = 0, **settings: str) -> Process:
    """A coordinator on its own, with its admin port."""
    port = free_port()
    environment = {"QUICKPOLL_ADMIN_PORT": str(port)} | _shared(redis_url) | CHECKED | settings
    return Process(["coordinator"], environment, folder / f"coordinator{number}.log", f"http://127.0.0.1:{port}")


def _shared(redis_url: str) -> dict[str, str]:
    return {"QUICKPOLL_REDIS_URL": redis_url, "QUICKPOLL_SECRET": SECRET}


def websocket_url(process: Process) -> str:
    """Where a gateway's WebSocket is."""
    return process.health.replace("http", "ws", 1) + "/ws"


@asynccontextmanager
async def running(*processes: Process) -> AsyncIterator[None]:
    """Starts them together, and ends them with SIGKILL if the test has not ended them."""
    try:
        await asyncio.gather(*(process.start(ready=False) for process in processes))
        await asyncio.gather(*(process.ready() for process in processes))
        yield
    finally:
        await asyncio.gather(*(process.stop(signal.SIGKILL) for process in processes if process._process))
