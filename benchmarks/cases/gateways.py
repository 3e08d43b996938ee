"""(g) What more gateways cost: CPU per delivery as their number grows, and what Redis has to publish."""

import asyncio
from typing import Final

from benchmarks.broadcast import SETTLE_S, delivery_ns, publish_us
from benchmarks.results import Row
from benchmarks.rig import rig
from benchmarks.seats import seated

TITLE: Final = "More gateways: 5,000 players on 1, 2 and 4; what Redis publishes"
PLAYERS: Final = 5000
FEW: Final = 50
GATEWAYS: Final = (1, 2, 4)
TARGET_GROWTH: Final = 10
FRAME_BYTES: Final = 300
BY_THE_CLOCK: Final = 3
QUESTION_S: Final = 4.0
"""Of a question that nobody answers, and what comes after it."""


async def measure() -> tuple[Row, ...]:
    """A delivery with so many gateways; publishes of a question with few and with many players."""
    costs = {gateways: await delivery_ns(gateways, PLAYERS, FRAME_BYTES) for gateways in GATEWAYS}
    growth = 100 * (max(costs.values()) / costs[1] - 1)
    subscriber_us = await _subscriber_us()
    few, many = await _publishes(FEW), await _publishes(PLAYERS)
    return (
        Row(what="growth of CPU per delivery, at most", value=round(growth, 1), unit="%", target=TARGET_GROWTH),
        *(
            Row(what=f"CPU per delivery, {gateways} gateways", value=round(cost / 1000, 2), unit="µs")
            for gateways, cost in costs.items()
        ),
        Row(
            what=f"publishes of a question without answers, {PLAYERS:,} players",
            value=many,
            unit="",
            target=few + BY_THE_CLOCK,
            note=f"{FEW} players take {few}; some come by the clock, so that {BY_THE_CLOCK} more are as good",
        ),
        Row(
            what="Valkey's CPU for each further gateway of a publish", key="subscriber", value=subscriber_us, unit="µs"
        ),
    )


async def _subscriber_us() -> float:
    async with rig() as server:
        one, many = [await publish_us(server.redis_url, server.pids["valkey"], subscribers) for subscribers in (1, 17)]
        return round((many - one) / 16, 2)


async def _publishes(players: int) -> int:
    """How often Redis publishes from a quiz's start to the results of its first question, on two gateways."""
    async with rig(2) as server, seated(server.urls, players) as session:
        await asyncio.sleep(SETTLE_S)
        before = await server.redis_info("commandstats")
        await session.start()
        await asyncio.sleep(QUESTION_S)
        after = await server.redis_info("commandstats")
        return int(after["cmdstat_spublish"]["calls"] - before["cmdstat_spublish"]["calls"])
