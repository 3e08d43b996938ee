"""How many entries of a list fit into a message that may be only so long."""

from collections.abc import Iterable
from typing import Final, TypeVar

import msgspec

_T = TypeVar("_T")

_encode: Final = msgspec.json.Encoder().encode


def first_that_fit(entries: Iterable[_T], size: int) -> tuple[_T, ...]:
    """The first entries that take no more than `size` bytes as JSON, with a comma each."""
    fitting: list[_T] = []
    for entry in entries:
        size -= len(_encode(entry)) + 1
        if size < 0:
            break
        fitting.append(entry)
    return tuple(fitting)
