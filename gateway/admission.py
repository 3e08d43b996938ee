"""May this connection send this now? Pure.

Roles come from what the connection is bound to, never from the message. Each connection has a bucket
of tokens that refills with time; a client that goes on after being refused is disconnected. Time is
passed in, in seconds of any monotonic clock.
"""

import math
from typing import Final

from quickpoll.protocol import AnyClientMessage, EntryCommand, Role

# A page sends eight clock samples within a second and an answer every few seconds; a host clicks.
BURST: Final = 20
REFILL_PER_S: Final = 10.0
# No page of QuickPoll ignores `rate_limited` for this long.
MAX_REFUSALS: Final = 100
REFUSALS_WINDOW_S: Final = 10.0
# Pings and fragments: a 1 MiB quiz in fragments of 1 KiB must pass.
FRAME_BURST: Final = 2048
FRAME_REFILL_PER_S: Final = 50.0

_FORBIDDEN: Final[dict[Role | None, str]] = {
    Role.HOST: "only the host of a session may do this",
    Role.PLAYER: "only a player of a session may do this; join first",
}


def why_forbidden(command: AnyClientMessage, role: Role | None, *, entering: bool) -> str | None:
    """Why the connection may not send this command, for people; None if it may.

    Args:
        command: what it sent.
        role: what it is bound to.
        entering: whether another command that would bind it is under way.
    """
    if isinstance(command, EntryCommand):
        if role is not None:
            return f"this connection is already the session's {role}; open another one"
        return "this connection is already joining; wait for the reply" if entering else None
    if command.by in (None, role):
        return None
    return _FORBIDDEN[command.by]


class Bucket:
    """A token bucket."""

    __slots__ = ("_at", "_tokens")

    def __init__(self, now: float, burst: int = BURST) -> None:
        self._tokens = float(burst)
        self._at = now

    def take(self, now: float, burst: int = BURST, refill_per_s: float = REFILL_PER_S) -> int:
        """Takes a token; returns 0, or how many milliseconds until there is one."""
        self._tokens = min(burst, self._tokens + (now - self._at) * refill_per_s)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        return math.ceil((1 - self._tokens) / refill_per_s * 1000)

    def give_back(self, burst: int = BURST) -> None:
        """Gives a token back."""
        self._tokens = min(burst, self._tokens + 1)


class Admission:
    """The rates of one connection."""

    __slots__ = ("_commands", "_frames", "_refusals", "_refusals_since")

    def __init__(self, now: float) -> None:
        self._commands = Bucket(now)
        self._frames = Bucket(now, FRAME_BURST)
        self._refusals = 0
        self._refusals_since = now

    def take(self, now: float) -> int:
        """Counts one message; returns 0, or after how many milliseconds to try again."""
        return self._commands.take(now)

    def refused(self, now: float) -> bool:
        """Counts one refused message; returns whether the client is flooding."""
        if now - self._refusals_since > REFUSALS_WINDOW_S:
            self._refusals, self._refusals_since = 0, now
        self._refusals += 1
        return self._refusals >= MAX_REFUSALS

    def frame_floods(self, now: float) -> bool:
        """Counts one frame that is no message of its own: a ping, a pong, a fragment."""
        return self._frames.take(now, FRAME_BURST, FRAME_REFILL_PER_S) > 0
