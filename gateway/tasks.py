"""The tasks of one gateway: none of them ends by a bug without somebody hearing of it (decision 19)."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

_log: Final = logging.getLogger(__name__)


class Tasks:
    """Starts tasks, and tells when one has ended that should not have, or by an error."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._endless: set[asyncio.Task[None]] = set()
        self._failed: asyncio.Queue[str] = asyncio.Queue()

    def run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Starts work that ends only when it is cancelled."""
        self._endless.add(self._start(work, name))

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Starts work that ends by itself."""
        self._start(work, name)

    async def ended(self) -> str:
        """Returns when a task has ended by a bug, with its name."""
        return await self._failed.get()

    async def stop(self) -> None:
        """Cancels all, and waits for their end."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        is_endless = task in self._endless
        self._endless.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error:
            _log.critical("the gateway's %s ended", task.get_name(), exc_info=error)
        if error or is_endless:
            self._failed.put_nowait(task.get_name())
