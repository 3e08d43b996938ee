"""Batches at a steady pace under load, and at once after a quiet moment.

A batch costs the same whether it holds one entry or fifty: a wake-up of each process, a round trip, a write to the
disk. So what comes in quick succession is gathered for some milliseconds.
"""

import asyncio


class Pace:
    """Turns that come on average no closer together than an interval."""

    def __init__(self, interval_s: float, *, burst: int = 1) -> None:
        """`burst` turns may come at once, if as many intervals have gone by without one (a leaky bucket)."""
        self._interval_s = interval_s
        self._credit_s = (burst - 1) * interval_s
        self._clock = asyncio.get_running_loop().time
        self._paid_until = 0.0
        """The turns that there were fill the time until then."""

    @property
    def delay_ms(self) -> int:
        """How long it is to the next turn."""
        return max(0, round(self._wait_s() * 1000))

    async def turn(self) -> None:
        """Returns when it is time for the next batch."""
        wait_s = self._wait_s()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        self._take()

    def turn_at_once(self) -> bool:
        """Takes a turn if it is time for one now; returns whether it was."""
        if self._wait_s() > 0:
            return False
        self._take()
        return True

    def _wait_s(self) -> float:
        return self._paid_until - self._credit_s - self._clock()

    def _take(self) -> None:
        self._paid_until = max(self._paid_until, self._clock()) + self._interval_s
