"""What a program asks its kernel for beside the network: the time of day, and entropy.

Both are asked for through the standard library alone, so they are replaced there while a world runs. The product is
handed no other source of entropy: one that could be handed in could be handed in wrongly.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from tests.simulation.loop import SimulatedLoop, here

BEGAN_AT: Final = 1_750_000_000.0
"""Seconds since the Unix epoch when a world begins."""


@contextmanager
def simulated(loop: SimulatedLoop, seed: object) -> Iterator[None]:
    """Inside it `time.time` tells the loop's time as the wall clock of each host has it, and all dice follow a seed."""

    def wall_clock() -> float:
        return BEGAN_AT + loop.time() + here().clock_error_s

    entropy = random.Random(f"{seed}/entropy")
    state = random.getstate()
    random.seed(f"{seed}/jitter")
    draw: Callable[[int], bytes] = entropy.randbytes
    replaced: tuple[tuple[Any, str, Any], ...] = (
        (time, "time", wall_clock),
        (os, "urandom", draw),
        (random, "_urandom", draw),  # under which `random` knows `os.urandom`, and `secrets` draws by `random`
    )
    patches = [patch.object(module, name, by) for module, name, by in replaced]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()
        random.setstate(state)
