"""How long a gateway waits for one client, and what is due when it has waited long enough. Pure.

Times are passed in, in seconds of a monotonic clock.
"""

from enum import Enum
from typing import Final

from gateway.roundtrip import RoundTrip
from gateway.timing import Timing

_NEVER: Final = float("inf")


class Due(Enum):
    """What is to be done about a connection now; the value is the reason that its client is given."""

    NOTHING = ""
    PING = "ping"
    TOO_LONG = "a message took too long"
    SILENT = "says nothing"
    GONE = "does not answer a ping"
    """Nobody hears a reason."""
    OVERDUE = "did not keep a time limit"
    """Its handshake, its response or its closing took too long, or it reads nothing. Nobody hears a reason."""


class Patience:
    """The time limits of one connection."""

    __slots__ = ("_begun_at", "_ends_at", "_is_websocket", "_spoke_at", "_stuck_at", "_timing", "_unsent_bytes")

    def __init__(self, timing: Timing, now: float) -> None:
        """The connection was made just now; its handshake is awaited."""
        self._timing = timing
        self._ends_at = now + timing.handshake_s
        """When it is cut."""
        self._is_websocket = False
        self._begun_at = _NEVER
        """When the first byte of an incomplete message came."""
        self._spoke_at = now
        """When the last whole text came."""
        self._stuck_at = now
        """Since when what waits to be sent has not become less."""
        self._unsent_bytes = 0

    def opened(self) -> None:
        """It is a WebSocket: nothing limits how long it stays."""
        self._is_websocket = True
        self._ends_at = _NEVER

    def answered(self, now: float) -> None:
        """It has got an HTTP response, and should read it."""
        self._ends_at = now + self._timing.response_s

    def closing(self, now: float) -> None:
        """It has been told to close, and should do its part."""
        self._begun_at = _NEVER
        self._ends_at = now + self._timing.closing_s

    def spoke(self, heard_at: float) -> None:
        """A whole text came."""
        self._spoke_at, self._begun_at = heard_at, _NEVER

    def holds(self, incomplete_bytes: int, heard_at: float) -> None:
        """So much has come of a message that is not complete."""
        self._begun_at = min(self._begun_at, heard_at) if incomplete_bytes else _NEVER

    def excuse(self, seconds: float) -> None:
        """The gateway did not listen for this many seconds, so no limit counts them against the client."""
        self._spoke_at += seconds
        self._begun_at += seconds
        self._stuck_at += seconds

    def due(
        self,
        now: float,
        *,
        heard_at: float,
        is_open: bool,
        is_nobody: bool,
        unsent_bytes: int,
        round_trip: RoundTrip,
    ) -> Due:
        """What is due; to be asked every second or so.

        Args:
            now: the time.
            heard_at: when the last bytes came.
            is_open: whether it is an open WebSocket.
            is_nobody: whether it acts as nobody.
            unsent_bytes: how much waits to be sent.
            round_trip: knows when it was pinged, and when to measure it again.
        """
        timing = self._timing
        if unsent_bytes == 0 or unsent_bytes < self._unsent_bytes:
            self._stuck_at = now
        self._unsent_bytes = unsent_bytes
        # A client that reads nothing gets no more time by being told to close because it is behind.
        is_stuck = self._is_websocket and now - self._stuck_at > timing.stuck_s
        if now > self._ends_at or is_stuck:
            return Due.OVERDUE
        if not is_open:
            return Due.NOTHING
        if now - self._begun_at > timing.message_s:
            return Due.TOO_LONG
        if is_nobody and now - self._spoke_at > timing.silent_s:
            return Due.SILENT
        if now - heard_at > timing.ping_after_s:
            if round_trip.pinged_at <= heard_at:
                return Due.PING
            return Due.GONE if now - round_trip.pinged_at > timing.gone_after_s else Due.NOTHING
        return Due.PING if round_trip.is_due(now) else Due.NOTHING
