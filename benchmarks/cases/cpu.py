"""(a) What a player and question cost the server: everything that runs on its core, per player and question."""

import time
from statistics import median
from typing import Any, Final

from redis.asyncio import Redis

from benchmarks.anchors import send_ns
from benchmarks.game import play_on
from benchmarks.results import Row
from benchmarks.rig import Rig, rig
from clients.loadtest.plan import Plan

TITLE: Final = "Server CPU per player and question: 1,000 players in one session, answers spread over 5 s"
PLAYERS: Final = 1000
QUESTIONS: Final = 3
TARGET_MS: Final = 0.20
TRIES: Final = 200


async def measure() -> tuple[Row, ...]:
    """Two games; the cheaper one, since whatever else runs on the machine only adds."""
    games = []
    for _ in range(2):
        async with rig() as server:
            write_ms = await _write_ms(server)
            plan = Plan(server.urls, PLAYERS, QUESTIONS, answer_window_s=5.0, lead_ms=1000)
            games.append(await play_on(server, plan))
    game = min(games, key=lambda game: game.per_question_ms())
    writes = median(question.reads_per_player.p50 for question in game.report.questions)
    kernel_ms = writes * await send_ns(PLAYERS, 300) / 1e6
    total = game.per_question_ms()
    return (
        Row(
            what="gateway, coordinator and Valkey together",
            value=round(total, 4),
            unit="ms",
            target=TARGET_MS,
            anchor=f"{writes:.0f} send() in C",
            ratio=round(total / kernel_ms, 2),
        ),
        *(
            Row(what=f"of it {name}", value=round(game.per_question_ms(name), 4), unit="ms")
            for name in ("gateway", "coordinator", "valkey")
        ),
        *game.costs(),
        Row(
            what=f"anchor: the {writes:.0f} writes that a player gets, as send() in C",
            value=round(kernel_ms, 4),
            unit="ms",
        ),
        Row(
            what="anchor: how long a write of Valkey waits for the disk",
            key="disk",
            value=round(write_ms, 3),
            unit="ms",
        ),
    )


async def _write_ms(server: Rig) -> float:
    """By how much longer than a PING a SET takes: it is on the disk when it is answered."""
    redis: Any = Redis.from_url(server.redis_url)
    took: dict[str, list[float]] = {"PING": [], "SET": []}
    for _ in range(TRIES):
        for command in (("PING",), ("SET", "benchmark", "x")):
            started = time.perf_counter()
            await redis.execute_command(*command)
            took[command[0]].append(time.perf_counter() - started)
    await redis.aclose()
    return 1000 * max(0.0, median(took["SET"]) - median(took["PING"]))
