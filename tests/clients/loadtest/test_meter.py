"""A process knows how busy it was."""

import asyncio
import time

from clients.loadtest.meter import Meter


async def test_a_loop_that_was_kept_busy_shows() -> None:
    meter = Meter()
    meter.start()
    meter.start()  # once is enough
    await asyncio.sleep(0.01)
    end = time.process_time() + 0.55
    while time.process_time() < end:
        pass
    await asyncio.sleep(0.01)
    meter.stop()
    assert meter.lag_s >= 0.03
    assert 0 < meter.busiest <= 1.1
