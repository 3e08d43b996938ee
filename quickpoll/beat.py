"""One beat for all that a process does every so often.

A wake-up costs more than what is done after it. What waits for the same beat is done after the same wake-up, and what
it says to Redis goes out together, so that Redis wakes up once as well. Intervals should be multiples of `BEAT_S`.
"""

import asyncio
from typing import Final

BEAT_S: Final = 2 / 3

_TOO_SOON: Final = 0.1
"""This part of an interval: a timer may fire a moment before its time."""


def until_beat(every_s: float) -> float:
    """Seconds until the event loop's clock is next at a multiple of `every_s`; a multiple that is just due is past."""
    wait_s = every_s - asyncio.get_running_loop().time() % every_s
    return wait_s if wait_s > _TOO_SOON * every_s else wait_s + every_s
