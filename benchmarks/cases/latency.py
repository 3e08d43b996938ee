"""(c) How long everyone waits: for the question, for the acknowledgement of an answer, for a player's own result."""

import math
from functools import partial
from typing import Final

from benchmarks.game import Game, play_on
from benchmarks.results import Row
from benchmarks.rig import rig
from clients.loadtest.plan import Plan

TITLE: Final = "Latency in one session, until the last player has it"


RUSH_S: Final = 1.0
PER_PROCESS: Final = 10_000
"""Players in one process of the crowd."""


async def measure() -> tuple[Row, ...]:
    """Games of 300, 1,000 and 10,000 players, and two in which 10,000 and 20,000 answer within a second."""
    small = await _game(1, 300, questions=10, window_s=2.0)
    medium = await _game(1, 1000, questions=4, window_s=5.0)
    large = await _game(2, 10_000, questions=3, window_s=8.0)
    rush = await _game(2, 10_000, questions=2, window_s=RUSH_S)
    largest = await _game(2, 20_000, questions=2, window_s=RUSH_S)
    return (
        _asked(small, 15),
        _asked(medium, 40),
        _asked(large, 150),
        _results(medium, 150),
        _results(large, 800),
        _acknowledged(medium, 50),
        _acknowledged(large, 250),
        *_rush(rush, acknowledged_ms=300, results_ms=450),
        *_rush(largest, acknowledged_ms=900),
        *rush.costs(),
    )


async def _game(gateways: int, players: int, questions: int, window_s: float) -> Game:
    plan_of = partial(Plan, players=players, questions=questions, answer_window_s=window_s, lead_ms=1000)
    async with rig(gateways) as server:
        return await play_on(server, plan_of(server.urls), processes=math.ceil(players / PER_PROCESS))


def _asked(game: Game, target: float) -> Row:
    """The slowest question: with fewer than a hundred of them, the worst is the 99th percentile."""
    worst = max(question.asked_after_ms for question in game.report.questions)
    key = f"asked {game.report.players}"
    what = f"host's `next` to the last of {game.report.players:,} players"
    return Row(what=what, key=key, value=worst, unit="ms", target=target, note=f"worst of {len(game.report.questions)}")


def _results(game: Game, target: float) -> Row:
    worst = max(question.results_after_ms for question in game.report.questions)
    key = f"results {game.report.players}"
    what = f"last answer to the last of {game.report.players:,} own results"
    return Row(what=what, key=key, value=worst, unit="ms", target=target, note=f"worst of {len(game.report.questions)}")


def _acknowledged(game: Game, target: float) -> Row:
    worst = max(question.ack_ms.p99 for question in game.report.questions)
    return Row(
        what=f"answer to its acknowledgement, {game.report.players:,} players, p99",
        key=f"acknowledged {game.report.players}",
        value=worst,
        unit="ms",
        target=target,
    )


def _rush(game: Game, *, acknowledged_ms: float, results_ms: float | None = None) -> tuple[Row, ...]:
    who = f"{game.report.players:,} answers within {RUSH_S:.0f} s"
    asked = game.report.questions
    return (
        Row(
            what=f"{who}: answer to its acknowledgement, p99",
            value=max(question.ack_ms.p99 for question in asked),
            unit="ms",
            target=acknowledged_ms,
        ),
        Row(
            what=f"{who}: last answer to the last own result",
            value=max(question.results_after_ms for question in asked),
            unit="ms",
            target=results_ms,
        ),
        Row(what=f"{who}: lost", value=game.report.lost, unit="answers", target=0),
        Row(what=f"{who}: refused", value=sum(question.refused for question in asked), unit="answers", target=0),
    )
