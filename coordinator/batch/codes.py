"""A free code for a new session, of the partition that got the command.

Drawn by a secure random source: one code tells nothing about the others.
"""

import secrets
from collections.abc import Callable, Container
from typing import Final

from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.protocol import CODE_DIGITS
from quickpoll.store.nodes import Links

ATTEMPTS: Final = 8
"""Rounds of drawing before the partition counts as full."""


class NoFreeCode(Exception):
    """Hardly any code of the partition is left."""


def draw(keys: PartitionKeys, partitions: int) -> str:
    """A code of this partition, in use or not."""
    while True:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        if partition_of(code, partitions) == keys.number:
            return code


async def draw_free(
    links: Links,
    keys: PartitionKeys,
    partitions: int,
    taken: Container[str],
    draw_one: Callable[[PartitionKeys, int], str] = draw,
) -> str:
    """A code, drawn by `draw_one`, that no session has, living or lately closed, and that is not in `taken`.

    Raises:
        NoFreeCode: all that were drawn are in use.
        StoreError: Redis is away.
    """
    for _ in range(ATTEMPTS):
        code = draw_one(keys, partitions)
        if code not in taken:
            (exists,) = await links.ask_of(keys.number, ("EXISTS", keys.session(code)))
            if not exists:
                return code
    raise NoFreeCode
