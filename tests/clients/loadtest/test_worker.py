"""The process with players ends with the one that leads it, whatever it was doing."""

import asyncio
import sys

import pytest

from clients.loadtest.plan import Plan, Share
from clients.loadtest.seen import LiveCounts
from clients.loadtest.workers import WorkerProcess

pytestmark = pytest.mark.usefixtures("measured_workers")


async def test_it_ends_when_nobody_leads_it() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "clients.loadtest.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(b""), 20)
    assert process.returncode == 0
    assert said == b""


async def test_it_ends_in_the_middle_of_a_call(plan: Plan) -> None:
    async with WorkerProcess.started(plan, [Share(0, 0, 5)], LiveCounts()) as worker:
        call = asyncio.create_task(worker.players(0).question(0))
        await asyncio.sleep(0)
        call.cancel()
    # Leaving the block waits for its end.
