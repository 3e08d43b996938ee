"""Gives memory that is free back to the system, when a large batch is over.

For the close of a question the records and messages of all its players are there at once. The allocator of glibc keeps
what that took, and with 10,000 players it is twice what their session takes. Other allocators are left to themselves.
"""

import ctypes
from typing import Any, Final

from coordinator.batch.commit import Batch

KEPT_S: Final = 1.0
"""How long after a large batch: what a link or a gateway in the same process still has to write is gone by then."""
LARGE_RECORDS: Final = 500
LARGE_STEP_BYTES: Final = 128 * 1024

_trim: Final[Any] = getattr(ctypes.CDLL(None), "malloc_trim", None)


def is_large(batch: Batch) -> bool:
    """Whether a batch has taken so much memory that giving it back is worth some milliseconds."""
    return any(
        len(session.fields) >= LARGE_RECORDS or len(session.step) >= LARGE_STEP_BYTES for session in batch.sessions
    )


def give_back() -> None:
    """Gives back what is free: 3 to 6 ms after the close of 10,000 players."""
    if _trim is not None:
        _trim(0)
