"""Entries that cannot be read or applied: set aside with the reason, their sender answered, the rest goes on.

They are kept in the partition's `quarantine` stream, newest 1000, for people to look at.
"""

import traceback
from typing import Final

from msgspec import UNSET

from quickpoll.envelope import ConnectionId, sender_of_unreadable
from quickpoll.protocol import Error, ErrorCode, encode_message

UNREADABLE_ADVICE: Final = "the server cannot read this now; try again later"
POISON_ADVICE: Final = "the server cannot process this; it was set aside for its operator"
RETRY_AFTER_MS: Final = 5000


class Poison(Exception):
    """Applying an entry to a session failed, perhaps half-way."""

    def __init__(self, index: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.index = index
        self.code = code
        self.reason = reason


def reason_of(error: Exception) -> str:
    """What went wrong and where, in one line."""
    frame = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" ({frame[0].name}, line {frame[0].lineno})" if frame else ""
    return " ".join(f"{type(error).__name__}: {error}".split()) + where


def answer_unreadable(data: bytes) -> tuple[ConnectionId, int, bytes] | None:
    """The reply to an entry that cannot be decoded, if it shows that it is a command and whose.

    Returns:
        Connection, number of the command there, and the JSON of an `unavailable`: a newer version's coordinator may be
        able to read it.
    """
    sender = sender_of_unreadable(data)
    if sender is None:
        return None
    error = Error(
        code=ErrorCode.UNAVAILABLE,
        message=UNREADABLE_ADVICE,
        retry_after_ms=RETRY_AFTER_MS,
        reply_to=sender.id or UNSET,
    )
    return sender.connection, sender.request, encode_message(error)
