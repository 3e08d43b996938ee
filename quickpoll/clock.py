"""Redis time as the one clock of a deployment.

The difference to this process's monotonic clock is measured by the quickest of several round trips,
and moves between samples with the monotonic clock: steps of the wall clock have no effect.
"""

import time
from typing import Final

from quickpoll.redis import Client, time_ms

SAMPLES: Final = 5


class RedisClock:
    """Tells Redis's time without asking it each time."""

    def __init__(self) -> None:
        self._offset_ms = time.time() * 1000 - time.monotonic() * 1000
        self.round_trip_ms = float("inf")

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch by Redis's clock; off by half a round trip at most."""
        return int(time.monotonic() * 1000 + self._offset_ms)

    def seconds_until(self, moment_ms: int) -> float:
        """How long it is until a moment of Redis's clock; negative if it has passed."""
        return (moment_ms - self._offset_ms) / 1000 - time.monotonic()

    async def synchronise(self, client: Client) -> None:
        """Measures the difference anew; raises what the client raises."""
        best = float("inf")
        for _ in range(SAMPLES):
            sent = time.monotonic() * 1000
            there = await time_ms(client)
            back = time.monotonic() * 1000
            if back - sent < best:
                # Redis truncates to whole milliseconds: half of one is the expected rest.
                best, offset = back - sent, there + 0.5 - (sent + back) / 2
        self.round_trip_ms, self._offset_ms = best, offset
