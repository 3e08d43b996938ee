"""(a) What a class costs: CPU, acknowledgements and bytes on the disk, for 50 to 1,000 players, and while they wait.

Everything that runs on the server's core counts. The anchor is the least server that speaks this wire, in C: it plays
the same game on the same core in the same run.
"""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from statistics import median
from typing import Any, Final, NamedTuple

from redis.asyncio import Redis

from benchmarks.anchors import least_server
from benchmarks.game import Game, play_on
from benchmarks.results import Row
from benchmarks.rig import Rig, embedded_rig, rig
from clients.loadtest.plan import Plan

TITLE: Final = "What a class costs: one session, answers spread over 5 s"
QUESTIONS: Final = 3
PROCESSES: Final = ("gateway", "coordinator", "valkey")
SETTLED_S: Final = 12.0
"""After joining: each new connection is pinged often for some seconds."""
WAITING_S: Final = 6.0
AT_ONCE_S: Final = 0.5
"""The least server does nothing while everyone waits."""
TRIES: Final = 200


class Class(NamedTuple):
    """How many players there are, and what is aimed at."""

    players: int
    times_the_least: float
    ack_p50_ms: float | None = None
    ack_p99_ms: float | None = None
    idle_ms: float | None = None
    idle_wake_ups: float | None = None


CLASSES: Final = (
    Class(50, 6.2, idle_ms=3, idle_wake_ups=15),
    Class(200, 4.4, ack_p50_ms=5, ack_p99_ms=25),
    Class(1000, 3.2, ack_p50_ms=20, ack_p99_ms=40, idle_ms=6),
)
MOST_BYTES: Final = 400
EMBEDDED_TARGET_MS: Final = 2.0

Start = Callable[[], AbstractAsyncContextManager[Rig]]


async def measure() -> tuple[Row, ...]:
    """A game of each class, the smallest first, and the embedded form with that one."""
    rows: list[Row] = []
    for size in CLASSES:
        game = await _game(rig, size.players)
        least = await _game(least_server, size.players, settle_s=AT_ONCE_S, idle_s=AT_ONCE_S)
        rows += _rows(size, game, least.per_question_ms())
    small = CLASSES[0].players
    embedded = await _game(embedded_rig, small)
    rows.append(_row(f"{small} players, embedded", embedded.per_question_ms(), "ms", target=EMBEDDED_TARGET_MS))
    async with rig() as server:
        rows.append(_row("how long a write of Valkey waits for the disk", await _write_ms(server), "ms", key="disk"))
    return tuple(rows)


async def _game(start: Start, players: int, *, settle_s: float = SETTLED_S, idle_s: float = WAITING_S) -> Game:
    async with start() as server:
        plan = Plan(server.urls, players, QUESTIONS, answer_window_s=5.0, lead_ms=1000, kinds=("single",))
        return await play_on(server, plan, settle_s=settle_s, idle_s=idle_s)


def _rows(size: Class, game: Game, least_ms: float) -> tuple[Row, ...]:
    who, players = f"{size.players:,} players", size.players
    total_ms, ack = game.per_question_ms(), game.report.latencies["ack"]
    return (
        _row(f"{who}: times the least server", total_ms / least_ms, "×", target=size.times_the_least),
        _row(f"{who}: all processes, per player and question", total_ms, "ms", key=f"total {players}"),
        *(_row(f"of it {name}", game.per_question_ms(name), "ms") for name in PROCESSES),
        *(game.costs() if size is CLASSES[-1] else ()),
        _row("the least server", least_ms, "ms", key=f"least {players}"),
        _row("acknowledgement, p50", ack.p50, "ms", target=size.ack_p50_ms, key=f"ack p50 {players}"),
        _row("acknowledgement, p99", ack.p99, "ms", target=size.ack_p99_ms, key=f"ack p99 {players}"),
        _row("bytes in the append-only file per answer", game.bytes_per_answer, "bytes", target=MOST_BYTES),
        _row("waiting: CPU in a second", game.idle_ms, "ms", target=size.idle_ms, key=f"waiting {players}"),
        _row(
            "waiting: wake-ups in a second",
            game.idle_wake_ups,
            "",
            target=size.idle_wake_ups,
            key=f"wake-ups {players}",
        ),
    )


def _row(what: str, value: float, unit: str, *, target: float | None = None, key: str = "") -> Row:
    return Row(what=what, key=key, value=round(value, 3), unit=unit, target=target)


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
