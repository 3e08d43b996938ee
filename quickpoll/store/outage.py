"""Says once that Redis is away and once that it is back, and how long to wait in between.

One for each part that talks to Redis; it never says anything that has not changed.
"""

import asyncio
import logging
import random
from typing import Final

FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0


class Outage:
    """Whether one part can reach Redis."""

    def __init__(self, log: logging.Logger, longest_pause_s: float = LONGEST_PAUSE_S) -> None:
        self._log = log
        self._longest_pause_s = longest_pause_s
        self._failures = 0

    @property
    def is_on(self) -> bool:
        """Whether the last try failed."""
        return self._failures > 0

    def over(self) -> None:
        """Redis answered."""
        if self._failures:
            self._failures = 0
            self._log.info("Redis is back")

    async def pause(self, error: Exception | None) -> None:
        """Redis did not answer, or refused; returns when it is worth another try."""
        if not self._failures:
            self._log.warning("Redis cannot be used now: %r", error)
        ceiling = min(self._longest_pause_s, FIRST_PAUSE_S * 2 ** min(self._failures, 10))
        self._failures += 1
        await asyncio.sleep(random.uniform(ceiling / 2, ceiling))  # noqa: S311  (jitter)
