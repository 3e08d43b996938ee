"""Says once that Redis is away and once that it is back, and how long to wait in between.

Each part that talks to Redis has one; it logs nothing but changes. Parts that share `Unreachable` log together: the
first that loses Redis says so, and so does the last that has it back.
"""

import asyncio
import logging
import random
from typing import Final

FIRST_PAUSE_S: Final = 0.05


Unreachable = set["Outage"]
"""The parts of one process that cannot reach Redis now."""


class Outage:
    """Whether one part can reach Redis."""

    def __init__(self, log: logging.Logger, longest_pause_s: float, away: Unreachable | None = None) -> None:
        """`away` is shared with the parts for which one line in the log is enough; None: with no other."""
        self._log = log
        self._longest_pause_s = longest_pause_s
        self._failures = 0
        self._away: Unreachable = set() if away is None else away

    @property
    def is_on(self) -> bool:
        """Whether the last try failed."""
        return self._failures > 0

    def began(self, error: Exception | None) -> None:
        """Redis did not answer, or refused."""
        if not self._away:
            self._log.warning("Redis cannot be used now: %r", error)
        self._away.add(self)
        self._failures += 1

    def over(self) -> None:
        """Redis answered."""
        if self.is_on:
            self.forget()
            if not self._away:
                self._log.info("Redis is back")

    def forget(self) -> None:
        """The part ends, or its node is no longer there: whether Redis can be reached is not its matter any more."""
        self._failures = 0
        self._away.discard(self)

    async def pause(self, error: Exception | None) -> None:
        """Redis did not answer, or refused; returns when it is worth another try."""
        ceiling = min(self._longest_pause_s, FIRST_PAUSE_S * 2 ** min(self._failures, 10))
        self.began(error)
        await asyncio.sleep(random.uniform(ceiling / 2, ceiling))  # noqa: S311  (jitter)
