"""How busy this process is: a load test that is itself late measures itself and not the server."""

import asyncio
import time
from typing import Final

SAMPLE_S: Final = 0.5


class Meter:
    """The worst of all samples since it was started."""

    def __init__(self) -> None:
        self.busiest = 0.0
        """The share of a core in the busiest half second."""
        self.lag_s = 0.0
        """How late the event loop came to a moment that it was asked for."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Measures from here on; does nothing when it does already."""
        self._task = self._task or asyncio.get_running_loop().create_task(self._sample())

    def stop(self) -> None:
        """Ends measuring."""
        if self._task:
            self._task.cancel()

    async def _sample(self) -> None:
        while True:
            cpu, wall = time.process_time(), time.perf_counter()
            await asyncio.sleep(SAMPLE_S)
            passed = time.perf_counter() - wall
            self.busiest = max(self.busiest, (time.process_time() - cpu) / passed)
            self.lag_s = max(self.lag_s, passed - SAMPLE_S)
