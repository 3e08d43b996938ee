"""Redis is away while players come and go: nobody is lost, memory does not grow, and the logs hardly do."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from time import monotonic
from typing import Literal

import pytest
from websockets.exceptions import InvalidHandshake

from clients.player import CommandRefused, Lost, QuizClient
from quickpoll.protocol import ResumeSession
from tests.system.game import QUICK, SLOW, join, open_session
from tests.system.harness import Process, coordinator, gateway, running, websocket_url
from tests.system.servers import Server, serving

Away = Literal["killed", "stopped"]
PLAYERS = 150
AWAY_S = 12.0
"""Longer than it takes a gateway to give a command up: players come and go twice."""
PAUSE_S = (0.5, 1.5)
"""Between two tries of a page."""
BACK_WITHIN_S = 15.0
GROWS_BY_MIB = 6.0
"""At most: buffers that the first outage makes, and Python's free lists."""


@dataclass
class Told:
    """What an outage did."""

    tries: int
    grown_mib: float
    """Of the gateway's memory, after it."""
    back_after_s: float
    """Until the last player was in again."""
    gateway: list[str]
    """Lines of its log."""
    coordinator: list[str]


def resident_mib(process: Process) -> float:
    """The memory that a process takes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def come_and_go(url: str, token: str, told: list[None]) -> float:
    """A page whose player is not let in: connects, asks, and connects again; returns when it is in."""
    while True:
        told.append(None)
        # From one address only so many may wait for an answer at once: then the handshake is refused.
        with suppress(Lost, InvalidHandshake, CommandRefused):
            async with QuizClient.connect(url) as client:
                await client.call(ResumeSession(token=token), timeout_s=10)
                return monotonic()
        await asyncio.sleep(random.uniform(*PAUSE_S))


@asynccontextmanager
async def away(redis: Server, how: Away) -> AsyncIterator[None]:
    """No answer from Redis in here."""
    if how == "killed":
        await redis.kill()
    else:
        redis.send_signal(SIGSTOP)
    yield
    if how == "killed":
        await redis.start()
    else:
        redis.send_signal(SIGCONT)


async def outage(folder: Path, how: Away, players: int, lasts_s: float) -> Told:
    """All leave when it begins, and come back again and again."""
    async with serving(folder / "redis", "--appendonly", "yes", "--save", "") as redis:
        front, owner = (make(folder, f"redis://{redis.address}") for make in (gateway, coordinator))
        front.environment["QUICKPOLL_PLAYERS_PER_ADDRESS"] = str(2 * players)
        async with running(front, owner), AsyncExitStack() as stack:
            url = websocket_url(front)
            host = await stack.enter_async_context(QuizClient.connect(url))
            created = await open_session(host, SLOW, QUICK)
            async with AsyncExitStack() as seats:
                clients = [await seats.enter_async_context(QuizClient.connect(url)) for _ in range(players)]
                seated = [await join(client, created.code, f"Player {number}") for number, client in enumerate(clients)]
            said = [len(process.log.read_text().splitlines()) for process in (front, owner)]
            before_mib = resident_mib(front)
            tries: list[None] = []
            async with away(redis, how):
                trying = [asyncio.create_task(come_and_go(url, player.joined.player_token, tries)) for player in seated]
                await asyncio.sleep(lasts_s)  # so long an outage lasts
            ended_at = monotonic()
            back = await asyncio.wait_for(asyncio.gather(*trying), BACK_WITHIN_S)
            logs = [
                process.log.read_text().splitlines()[lines:]
                for process, lines in zip((front, owner), said, strict=True)
            ]
            return Told(len(tries), resident_mib(front) - before_mib, max(back) - ended_at, *logs)


@pytest.mark.parametrize("how", ["killed", "stopped"])
async def test_an_outage_is_quiet_and_costs_no_memory_and_no_player(tmp_path: Path, how: Away) -> None:
    told = await outage(tmp_path, how, PLAYERS, AWAY_S)
    assert told.tries > 2 * PLAYERS
    assert told.grown_mib < GROWS_BY_MIB
    for lines in (told.gateway, told.coordinator):
        assert sum("Redis cannot be used now" in line for line in lines) == 1, lines
        assert sum("Redis is back" in line for line in lines) == 1, lines
    assert len(told.gateway) <= 3, told.gateway  # and that one address has too many connections at once
    assert len(told.coordinator) <= 4, told.coordinator  # and that the leases ran out, and what it owns again
