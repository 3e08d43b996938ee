"""Looks after the embedded server while sessions are played on it."""

import asyncio
import logging
import time
from typing import Final

from program.embedded import EmbeddedServer
from quickpoll.beat import BEAT_S, until_beat
from quickpoll.settings import Failure

WATCH_S: Final = BEAT_S
"""How often it looks."""
STABLE_S: Final = 5.0
"""A server that has run for so long is said to run again."""

_log: Final = logging.getLogger(__name__)


class ServerWatch:
    """Starts the embedded server again when it has ended, as it does when the disk is full.

    What is wrong is said once, not at each try, and once more when it is over.
    """

    def __init__(self, server: EmbeddedServer, every_s: float = WATCH_S, stable_s: float = STABLE_S) -> None:
        self._server = server
        self._every_s, self._stable_s = every_s, stable_s
        self._said: set[str] = set()
        self._started_at = 0.0
        self._folder_is_kept = True
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Looks from now on."""
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Looks no more; the server stays as it is."""
        if self._task is not None:
            self._task.cancel()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(until_beat(self._every_s))
            self._look_at_folder()
            if self._server.is_running():
                self._say_that_it_runs()
            else:
                await self._start_again()

    async def _start_again(self) -> None:
        self._started_at = time.monotonic()
        why = self._server.last_words()
        self._say(f"the embedded server has ended, and is started again: {why}")
        try:
            self._server.start()
            await asyncio.to_thread(self._server.wait_ready)
        except Failure as failure:
            if why not in str(failure):
                self._say(str(failure))

    def _say_that_it_runs(self) -> None:
        """With a full disk it starts, and ends at the first write: only after a while is it said to run."""
        if self._said and time.monotonic() > self._started_at + self._stable_s:
            _log.warning("the embedded server runs again")
            self._said.clear()

    def _look_at_folder(self) -> None:
        if self._folder_is_kept and not self._server.folder_is_kept():
            self._folder_is_kept = False
            _log.error(
                "the data folder %s was removed or replaced: what is played now is lost when quickpoll ends; "
                "end it, bring the folder back, and start it again",
                self._server.folder,
            )

    def _say(self, line: str) -> None:
        if line not in self._said:
            _log.error("%s", line)
            self._said.add(line)
