"""(d) Memory: what a connection, a player and a stored player take, and whether it grows as people come and go.

The churn takes two minutes; `CHURN_S=3600 make bench CASES=d` goes on for an hour.
"""

import asyncio
import os
import time
from typing import Final

from benchmarks.results import Row
from benchmarks.rig import Rig, rig
from benchmarks.seats import BenchSeat, Seated, seated
from clients.loadtest.director import play
from clients.loadtest.plan import Plan

TITLE: Final = "Memory"
CONNECTIONS: Final = 5000
PLAYERS: Final = 1000
QUESTIONS: Final = 20
CHURN_PER_S: Final = 50
CHURN_S: Final = float(os.environ.get("CHURN_S", "120"))
WARM_UP_S: Final = 30.0
STAY_S: Final = 2.0
SETTLE_S: Final = 3.0


async def measure() -> tuple[Row, ...]:
    """Each on a server of its own."""
    connection, player = await _idle()
    stored = await _stored()
    before, after = await _churn()
    visits = CHURN_S * CHURN_PER_S
    return (
        Row(
            what="gateway, per idle connection",
            key="connection",
            value=round(connection),
            unit="bytes",
            target=16 * 1024,
        ),
        Row(what="coordinator, per player", key="player", value=round(player), unit="bytes", target=1536),
        Row(
            what=f"Valkey, per player after {QUESTIONS} questions",
            key="stored",
            value=round(stored),
            unit="bytes",
            target=2048,
        ),
        Row(
            what=f"growth by {CHURN_PER_S} joins and leaves a second",
            value=round(100 * (sum(after.values()) / sum(before.values()) - 1), 2),
            unit="%",
            target=5,
            note=f"in {CHURN_S:.0f} s, after {WARM_UP_S:.0f} s of the same",
        ),
        *(
            Row(what=f"of it {name}, per visit", value=round((after[name] - before[name]) / visits), unit="bytes")
            for name in before
        ),
    )


async def _idle() -> tuple[float, float]:
    """Bytes of the gateway and of the coordinator for each player who has joined and waits."""
    async with rig() as server, seated(server.urls, 10):
        await asyncio.sleep(SETTLE_S)
        before = server.resident()
        async with seated(server.urls, CONNECTIONS):
            await asyncio.sleep(SETTLE_S)
            after = server.resident()
    grown = {name: (after[name] - before[name]) / CONNECTIONS for name in after}
    return grown["gateway0"], grown["coordinator0"]


async def _stored() -> float:
    """Bytes in Valkey for each player of a session when its last question is closed."""
    async with rig() as server:
        used: dict[str, int] = {"": await _used(server)}

        async def phase(name: str) -> None:
            used[name] = await _used(server)

        # As slowly as people answer: Redis keeps the last steps of a session, and with them everyone's results of as
        # many questions as fit into these.
        await play(Plan(server.urls, PLAYERS, QUESTIONS, answer_window_s=5.0, lead_ms=500), phase=phase)
        return (used["played"] - used[""]) / PLAYERS


async def _churn() -> tuple[dict[str, int], dict[str, int]]:
    """The memory of all processes before and after."""
    async with rig() as server, seated(server.urls, 0) as session:
        await _come_and_go(server, session, WARM_UP_S)
        before = await _all(server)
        await _come_and_go(server, session, CHURN_S)
        return before, await _all(server)


async def _come_and_go(server: Rig, session: Seated, seconds: float) -> None:
    async def visit(number: int) -> None:
        seat = BenchSeat()
        await seat.join(server.urls[0], session.code, f"Visitor {number}")
        await asyncio.sleep(STAY_S)
        await seat.leave()

    started = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(round(seconds * CHURN_PER_S)):
            await asyncio.sleep(max(0.0, started + number / CHURN_PER_S - time.perf_counter()))
            tasks.create_task(visit(number))
    await asyncio.sleep(SETTLE_S)


async def _all(server: Rig) -> dict[str, int]:
    return server.resident() | {"valkey": await _used(server)}


async def _used(server: Rig) -> int:
    return int((await server.redis_info("memory"))["used_memory"])
