"""(a) What a class costs: CPU, acknowledgements and bytes on the disk, for 50 to 1,000 players, and while they wait.

Everything that runs on the server's core counts. The anchor is the least server that speaks this wire, in C: it plays
the same game on the same core in the same run. The machine disturbs: each figure is the median of several games, and a
game in which other virtual machines took too much of the core is played again.
"""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from statistics import median
from typing import Any, Final, NamedTuple

from redis.asyncio import Redis

from benchmarks.anchors import least_server
from benchmarks.game import Game, Spoiled, play_on
from benchmarks.results import Row, of_runs
from benchmarks.rig import Rig, embedded_rig, rig
from clients.loadtest.plan import Plan

TITLE: Final = "What a class costs: one session, answers spread over 5 s"
QUESTIONS: Final = 3
RUNS: Final = 3
TRIES_OF_A_RUN: Final = 3
MOST_STOLEN: Final = 0.06
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
    """All classes, the smallest first, and the embedded form with that one."""
    rows: list[Row] = []
    for size in CLASSES:
        games = await _games(rig, size.players)
        least = await _games(least_server, size.players, settle_s=AT_ONCE_S, idle_s=AT_ONCE_S)
        rows += _rows(size, games, median(game.per_question_ms() for game in least))
    small = CLASSES[0].players
    embedded = [game.per_question_ms() for game in await _games(embedded_rig, small)]
    rows.append(of_runs(f"{small} players, embedded", embedded, "ms", target=EMBEDDED_TARGET_MS))
    async with rig() as server:
        write_ms = await _write_ms(server)
    what = "how long a write of Valkey waits for the disk"
    rows.append(Row(what=what, key="disk", value=round(write_ms, 3), unit="ms"))
    return tuple(rows)


async def _games(start: Start, players: int, *, settle_s: float = SETTLED_S, idle_s: float = WAITING_S) -> list[Game]:
    games: list[Game] = []
    for _ in range(RUNS):
        for _ in range(TRIES_OF_A_RUN):
            async with start() as server:
                plan = Plan(server.urls, players, QUESTIONS, answer_window_s=5.0, lead_ms=1000, kinds=("single",))
                game = await play_on(server, plan, settle_s=settle_s, idle_s=idle_s)
            if game.stolen <= MOST_STOLEN:
                break
        else:
            raise Spoiled(f"other virtual machines took {game.stolen:.0%} of a core")
        games.append(game)
    return games


def _rows(size: Class, games: list[Game], least_ms: float) -> tuple[Row, ...]:
    who, players = f"{size.players:,} players", size.players
    total = [game.per_question_ms() for game in games]
    acks = [game.report.latencies["ack"] for game in games]
    is_largest = size is CLASSES[-1]
    middle = sorted(games, key=Game.per_question_ms)[len(games) // 2]
    return (
        of_runs(f"{who}: times the least server", [ms / least_ms for ms in total], "×", target=size.times_the_least),
        of_runs(f"{who}: all processes, per player and question", total, "ms", key=f"total {players}"),
        *(
            of_runs(f"of it {name}", [game.per_question_ms(name) for game in games], "ms")
            for name in ("gateway", "coordinator", "valkey")
        ),
        *(middle.costs() if is_largest else ()),
        Row(what="the least server", key=f"least {players}", value=round(least_ms, 3), unit="ms"),
        of_runs(
            "acknowledgement, p50", [ack.p50 for ack in acks], "ms", target=size.ack_p50_ms, key=f"ack p50 {players}"
        ),
        of_runs(
            "acknowledgement, p99", [ack.p99 for ack in acks], "ms", target=size.ack_p99_ms, key=f"ack p99 {players}"
        ),
        of_runs(
            "bytes in the append-only file per answer",
            [game.bytes_per_answer for game in games],
            "bytes",
            target=MOST_BYTES,
        ),
        of_runs(
            "waiting: CPU in a second",
            [game.idle_ms for game in games],
            "ms",
            target=size.idle_ms,
            key=f"waiting {players}",
        ),
        of_runs(
            "waiting: wake-ups in a second",
            [game.idle_wake_ups for game in games],
            "",
            target=size.idle_wake_ups,
            key=f"wake-ups {players}",
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
