"""The round trip of one connection, by the pings of its gateway. No I/O.

Each ping carries random bytes, and only the pong that repeats them counts: a client can send its pongs late, but none
ahead of its ping. One ping is under way at a time, and the next one goes out at a random moment; so the smallest of the
last few round trips is also the one that a client can influence least.
"""

import random
import secrets
from typing import Final

CONTENT_BYTES: Final = 8
RECENT: Final = 8
# The first goes out when the connection opens; a few follow soon, so that a player who joins is measured.
EARLY_PINGS: Final = 4
EARLY_S: Final = (0.5, 2.0)
LATER_S: Final = (15.0, 25.0)


class RoundTrip:
    """Measures one connection. Times are passed in, in seconds of a monotonic clock."""

    __slots__ = ("_content", "_pings", "_recent_ms", "due_at", "pinged_at")

    def __init__(self) -> None:
        self._content = b""
        """Of the ping under way; empty if there is none."""
        self._pings = 0
        self._recent_ms: list[int] = []
        self.pinged_at = 0.0
        """When the last ping went out."""
        self.due_at = 0.0
        """When the next one goes out, if the last one has been answered."""

    def ping(self, now: float) -> bytes:
        """The content of a ping that goes out now."""
        self._content = secrets.token_bytes(CONTENT_BYTES)
        self._pings += 1
        self.pinged_at = now
        self.due_at = now + random.uniform(*(EARLY_S if self._pings < EARLY_PINGS else LATER_S))  # noqa: S311
        return self._content

    def pong(self, content: bytes, now: float) -> None:
        """Takes in a pong that came at `now`; one that answers no ping under way changes nothing."""
        if self._content and content == self._content:
            self._content = b""
            self._recent_ms = [*self._recent_ms[1 - RECENT :], int((now - self.pinged_at) * 1000)]

    def is_due(self, now: float) -> bool:
        """Whether it is time for a ping."""
        return now >= self.due_at and not self._content

    @property
    def smallest_ms(self) -> int:
        """The smallest of the last RECENT round trips, rounded down; 0 if there is none yet."""
        return min(self._recent_ms, default=0)
