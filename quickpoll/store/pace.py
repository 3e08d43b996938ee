"""Batches at a steady pace under load, and at once after a quiet moment.

A batch costs the same whether it holds one entry or fifty: a wake-up of each process, a round trip, a write to the
disk. So what comes in quick succession is gathered for some milliseconds.
"""

import asyncio


class Pace:
    """Turns that come no closer together than an interval."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._next_at = 0.0

    @property
    def delay_ms(self) -> int:
        """How long it is to the next turn."""
        return max(0, round((self._next_at - asyncio.get_running_loop().time()) * 1000))

    async def turn(self) -> None:
        """Returns when it is time for the next batch."""
        wait_s = self._next_at - asyncio.get_running_loop().time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        self._next_at = asyncio.get_running_loop().time() + self._interval_s
