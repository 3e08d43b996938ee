"""(f) What a player receives in a question, however many play: everyone pays for it by the megabyte."""

from typing import Final

from benchmarks.game import play_on
from benchmarks.results import Row
from benchmarks.rig import rig
from clients.loadtest.plan import Plan

TITLE: Final = "What a player receives in a question of 10 s: 10, 1,000 and 10,000 players"
PLAYERS: Final = (10, 1000, 10_000)
TARGET_BYTES: Final = 2048
OTHER_FRAMES: Final = 5
"""Question, acknowledgement, results, own result, leaderboard; all others are counts of answers."""


async def measure() -> tuple[Row, ...]:
    """One question each; the player that received most."""
    rows: list[Row] = []
    for players in PLAYERS:
        async with rig(2 if players > 5000 else 1) as server:
            plan = Plan(server.urls, players, 1, answer_window_s=10.0, lead_ms=1000)
            (question,) = (await play_on(server, plan)).report.questions
        who = f"{players:,} players"
        counts = question.frames_per_player.max - OTHER_FRAMES
        rows += (
            Row(what=f"bytes, {who}", value=question.bytes_per_player.max, unit="bytes", target=TARGET_BYTES),
            Row(what=f"frames, {who}", value=question.frames_per_player.max, unit="", note=f"{counts:.0f} are counts"),
            Row(
                what=f"writes of the server, {who}",
                value=question.reads_per_player.max,
                unit="",
                note="as they arrived",
            ),
        )
    return tuple(rows)
