"""A whole deployment on this machine, every connection of it through a proxy: gateways, coordinators, one Valkey.

    players -> proxy -> gateway -> proxy -> Valkey <- proxy <- coordinator

Whatever a fault did to it, `restore` makes it whole again: what was killed is started, what was stopped goes on.
"""

import asyncio
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from quickpoll.keys import GATEWAYS, PartitionKeys, partition_of
from tests.chaos.launcher import Deed
from tests.chaos.proxy import Proxy
from tests.chaos.valkey import Valkey
from tests.system.harness import CHECKED, SECRET, Process, free_port

PARTITIONS = 8
STARTED_WITHIN_S = 20.0
ALL_STARTED_WITHIN_S = 90.0
"""A busy machine takes its time until so many processes run; nothing has been broken yet."""


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

    async def restore(self) -> None:
        """Makes it work again, and its network too."""
        for proxy in (self.redis, self.clients):
            if proxy:
                proxy.restore()
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

    async def restore(self) -> None:
        """Makes everything whole."""
        await self.valkey.restore()
        await asyncio.gather(*(node.restore() for node in self.nodes))

    async def settled(self) -> None:
        """Returns when each gateway has said that it lives: until then one may find that it was counted as dead."""
        ids = [node.id for node in self.gateways]
        seconds, _ = await self.valkey.ask(lambda admin: admin.time())
        while True:
            beats = await self.valkey.ask(lambda admin: admin.zmscore(GATEWAYS, ids))
            if all(beat is not None and beat > 1000 * (seconds + 1) for beat in beats):
                return
            await asyncio.sleep(0.02)

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
        if kind == "coordinator":
            environment |= CHECKED
        process = Process(
            [str(control), kind],
            environment,
            self.folder / f"{kind}{number}.log",
            f"http://127.0.0.1:{port}",
            module="tests.chaos.launcher",
        )
        clients = await Proxy(port).start() if kind == "gateway" else None
        return Node(process, control, redis, clients)
