"""When an entry counts as taken, whatever Redis's clock does in the meantime. Pure.

The ID that Redis gave to it tells, unless that clock was set: set forward, it gives IDs of a time that has not come;
set back, it repeats the last one until it has caught up. But no entry was taken before its gateway had it, nor after
its owner has read it, and neither of these goes by that clock (see `quickpoll.store.clock`). No entry of a partition
counts as taken before the one in front of it.
"""

from collections.abc import Callable
from typing import Final, Protocol

from quickpoll.envelope import Command, Entry, Tick

STANDS_STILL_MS: Final = 5_000
"""An ID that repeats the moment of the one before it, and lies so far back, is of a clock that was set back."""


class SteadyClock(Protocol):
    """What has to be known of a partition's clock."""

    ahead_ms: float
    """How far Redis's own clock, by which IDs are made, is ahead of it."""

    def now_ms(self) -> int:
        """The moment, in ms since the Unix epoch."""


ClockOf = Callable[[], SteadyClock]
"""The clock of the node where the partition lies now."""


class Moments:
    """Of the entries of one batch, in order."""

    def __init__(self, clock: SteadyClock | None, since: int, taken_before: int) -> None:
        """Starts where the batch before has ended.

        Args:
            clock: by which the owner has read them; None: their IDs tell the truth.
            since: when the last entry before them counts as taken, in ms.
            taken_before: the moment in its ID.
        """
        self._clock = clock
        self._now = clock.now_ms() if clock else 0
        self._last, self._taken_before = since, taken_before

    def of(self, taken_at: int, entry: Entry | None) -> int:
        """When the next entry counts as taken, in ms; `taken_at` is the moment in its ID."""
        at = taken_at
        if self._clock:
            said_at = _said_at(entry)
            at -= round(self._clock.ahead_ms)
            if not said_at and taken_at == self._taken_before and at < self._now - STANDS_STILL_MS:
                said_at = self._now
            at = min(max(at, said_at), self._now)
        self._last, self._taken_before = max(at, self._last), taken_at
        return self._last


def _said_at(entry: Entry | None) -> int:
    """When it was made, by the clock of who made it; 0: it does not tell."""
    match entry:
        case Command():
            return entry.relayed_at
        case Tick():
            return entry.at
        case _:
            return 0
