"""Sends clients away one after the other, within a time that does not depend on their number.

A sleep after each close would take a millisecond at least, and ten thousand of them outlast every grace period.
"""

import asyncio
from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet

from gateway.connection import Connection


async def drain(
    connections: Collection[Connection],
    seconds: float,
    step_s: float,
    *,
    waiting: Callable[[], AbstractSet[int]],
    send_away: Callable[[Connection], None],
) -> None:
    """Returns when all were sent away; a client that waits for a reply gets it first.

    Args:
        connections: which ones.
        seconds: their closes are spread evenly over this time.
        step_s: the event loop has a turn of this length between two closes, or two groups of them.
        waiting: gives the numbers of the connections that wait for a reply now.
        send_away: closes a connection.
    """
    clock = asyncio.get_running_loop().time
    began = clock()
    everyone, reached = list(connections), 0
    held: list[Connection] = []
    while True:
        elapsed = clock() - began
        due = len(everyone) if elapsed >= seconds else int(len(everyone) * elapsed / seconds)
        held += everyone[reached:due]
        reached = due
        busy = waiting()
        for connection in held:
            if connection.number not in busy:
                send_away(connection)
        held = [connection for connection in held if connection.number in busy]
        if reached == len(everyone) and not held:
            return
        await asyncio.sleep(step_s)
