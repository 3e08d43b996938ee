"""(a) What a player and question cost the server: everything that runs on its core, per player and question."""

from statistics import median
from typing import Final

from benchmarks.anchors import send_ns
from benchmarks.game import play_on
from benchmarks.results import Row
from benchmarks.rig import rig
from clients.loadtest.plan import Plan

TITLE: Final = "Server CPU per player and question: 1,000 players in one session, answers spread over 5 s"
PLAYERS: Final = 1000
QUESTIONS: Final = 3
TARGET_MS: Final = 0.20


async def measure() -> tuple[Row, ...]:
    """Two games; the cheaper one, since whatever else runs on the machine only adds."""
    games = []
    for _ in range(2):
        async with rig() as server:
            plan = Plan(server.urls, PLAYERS, QUESTIONS, answer_window_s=5.0, lead_ms=1000)
            games.append(await play_on(server, plan))
    game = min(games, key=lambda game: game.spent_ms())
    writes = median(question.reads_per_player.p50 for question in game.report.questions)
    kernel_ms = writes * await send_ns(PLAYERS, 300) / 1e6
    per = PLAYERS * QUESTIONS
    total = game.spent_ms() / per
    parts = [
        Row(what=f"of it {name}", key=name, value=round(game.spent_ms(name) / per, 4), unit="ms")
        for name in ("gateway", "coordinator", "valkey")
    ]
    return (
        Row(
            what="gateway, coordinator and Valkey together",
            value=round(total, 4),
            unit="ms",
            target=TARGET_MS,
            anchor=f"{writes:.0f} send() in C",
            ratio=round(total / kernel_ms, 2),
        ),
        *parts,
        Row(
            what=f"anchor: the {writes:.0f} writes that a player gets, as send() in C",
            value=round(kernel_ms, 4),
            unit="ms",
        ),
    )
