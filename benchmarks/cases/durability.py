"""(h) What each level of QUICKPOLL_DURABILITY costs: the wait of a command alone on its way, and CPU when many are.

The replica is on the same machine: the network's round trip between machines comes on top.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import quantiles
from typing import Final, NamedTuple

from benchmarks.results import Row
from benchmarks.rig import SERVER_CORE, Rig, free_port, on_core, rig_on, spent_ms
from clients.player import QuizClient
from program.embedded import find_server
from quickpoll.protocol import CreateSession, LockSession, Option, PollQuestion, Quiz

TITLE: Final = "What durability costs"
QUIZ: Final = Quiz("Bench", (PollQuestion("Which?", (Option("A"), Option("B"))),))
SESSIONS: Final = 32
ROUNDS_ALONE: Final = 5
REST_S: Final = 2.0
ROUNDS_TOGETHER: Final = 20
EVERY_S: Final = 0.25
"""A host has its turn so often: more would be refused."""


class Level(NamedTuple):
    """What is measured."""

    durability: str
    appendfsync: str
    replica: bool

    def __str__(self) -> str:
        return f"`{self.durability}`, appendfsync {self.appendfsync}" + ", a replica" * self.replica


LEVELS: Final = (
    Level("reply", "everysec", replica=False),
    Level("disk", "always", replica=False),
    Level("reply", "everysec", replica=True),
    Level("replica", "everysec", replica=True),
)


async def measure() -> tuple[Row, ...]:
    """The wait and the CPU of each level."""
    return tuple([row for level in LEVELS for row in await _measure(level)])


async def _measure(level: Level) -> Sequence[Row]:
    settings = {"QUICKPOLL_DURABILITY": level.durability}
    with tempfile.TemporaryDirectory(prefix="quickpoll-bench-") as name:
        folder = Path(name)
        async with _redis(folder, level) as running, rig_on(running, folder, settings), AsyncExitStack() as stack:
            hosts = [await stack.enter_async_context(QuizClient.connect(running.urls[0])) for _ in range(SESSIONS)]
            for host in hosts:
                await host.call(CreateSession(quiz=QUIZ))
            alone = [await _wait_ms(host) for host in hosts * ROUNDS_ALONE]
            await asyncio.sleep(REST_S)
            before = running.cpu()
            for _ in range(ROUNDS_TOGETHER):
                await asyncio.gather(asyncio.sleep(EVERY_S), *map(_wait_ms, hosts))
            cpu_us = 1000 * spent_ms(before, running.cpu()) / (ROUNDS_TOGETHER * SESSIONS)
    half, most = quantiles(alone, n=20)[9::9]
    return (
        Row(what=f"{level}: a command alone, median", value=half, unit="ms"),
        Row(what=f"{level}: a command alone, 95 of 100 within", value=most, unit="ms"),
        Row(what=f"{level}: CPU of all processes for a command", value=cpu_us, unit="µs"),
    )


async def _wait_ms(host: QuizClient) -> float:
    sent = time.perf_counter()
    await host.call(LockSession(locked=True))
    return 1000 * (time.perf_counter() - sent)


@asynccontextmanager
async def _redis(folder: Path, level: Level) -> AsyncIterator[Rig]:
    ports = [free_port() for _ in range(1 + level.replica)]
    processes = {}
    for number, port in enumerate(ports):
        name = "replica" if number else "valkey"
        (folder / name).mkdir()
        options = {
            "port": port,
            "dir": folder / name,
            "logfile": folder / name / "log",
            "save": "",
            "appendonly": "yes",
            "appendfsync": level.appendfsync,
        }
        arguments = [str(word) for key, value in options.items() for word in ("--" + key, value)]
        if number:
            arguments += ["--replicaof", "127.0.0.1", str(ports[0])]
        with on_core(SERVER_CORE):
            processes[name] = await asyncio.create_subprocess_exec(str(find_server()), *arguments)
    try:
        await asyncio.sleep(1.0 + 2.0 * level.replica)  # it listens, and the replica has its copy
        yield Rig(f"redis://127.0.0.1:{ports[0]}/0", {name: process.pid for name, process in processes.items()})
    finally:
        for process in processes.values():
            process.kill()
            await process.wait()
