"""(a) What a player and question cost the server: everything that runs on its core, per player and question."""

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
WRITES: Final = 6
"""To a player in a question of 5 s: the question, about three counts, the acknowledgement, the results."""


async def measure() -> tuple[Row, ...]:
    """Two games; the cheaper one, since whatever else runs on the machine only adds."""
    games = []
    for _ in range(2):
        async with rig() as server:
            plan = Plan(server.urls, PLAYERS, QUESTIONS, answer_window_s=5.0, lead_ms=1000)
            games.append(await play_on(server, plan))
    game = min(games, key=lambda game: game.spent_ms())
    kernel_ms = WRITES * await send_ns(PLAYERS, 300) / 1e6
    per = PLAYERS * QUESTIONS
    total = game.spent_ms() / per
    parts = [
        Row(what=f"of it {name}", value=round(game.spent_ms(name) / per, 4), unit="ms")
        for name in ("gateway", "coordinator", "valkey")
    ]
    return (
        Row(
            what="gateway, coordinator and Valkey together",
            value=round(total, 4),
            unit="ms",
            target=TARGET_MS,
            anchor=f"{WRITES} send() in C",
            ratio=round(total / kernel_ms, 2),
        ),
        *parts,
        Row(what=f"anchor: {WRITES} send() of 300 bytes in C", value=round(kernel_ms, 4), unit="ms"),
    )
