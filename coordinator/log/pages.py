"""Reads the log of a session from Redis, page by page, as the lines of its file (`log_file.py`).

A cursor says which record comes next, and the hash of the one before it, so a page costs the same wherever it is.
"""

from typing import Final

from coordinator.engine import LogPage, log_chain
from coordinator.log import file as log_file
from quickpoll.keys import PartitionKeys
from quickpoll.store.nodes import Links

PAGE_RECORDS: Final = 4000
PAGE_BYTES: Final = 200 * 1024
"""A page is full when it has so much text: the longest line comes on top, and it stays under 256 KiB."""
_AROUND_RECORD: Final = 32
"""What a line and its escapes in JSON add to a record."""


async def read(links: Links, keys: PartitionKeys, code: str, cursor: str) -> LogPage:
    """Reads the page at `cursor`; the empty one is the first page. Raises what the links raise."""
    first, _, before = cursor.partition(":")
    records = ("LRANGE", keys.log(code), int(first or 0), int(first or 0) + PAGE_RECORDS)
    (texts,) = await links.ask_of(keys.number, records)
    return _page(texts, int(first or 0), bytes.fromhex(before) or log_chain.START)


def _page(texts: list[bytes], first: int, before: bytes) -> LogPage:
    """One page; of the texts, one more than it may have is there unless they are the last."""
    size = taken = 0
    while taken < min(len(texts), PAGE_RECORDS) and size < PAGE_BYTES:
        size += len(texts[taken]) + _AROUND_RECORD
        taken += 1
    lines, last = log_file.lines(texts[:taken], before)
    end = first + taken
    if taken < len(texts):
        return LogPage("".join(line + "\n" for line in lines), f"{end}:{last.hex()}")
    return LogPage("".join(line + "\n" for line in [*lines, log_file.end_line(end, last)]), None)
