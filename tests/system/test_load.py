"""The load test on the embedded default: everybody at the same instant, nothing lost, bytes that do not grow."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.system.harness import running, serve, websocket_url

SPREAD_MS = 150
RESULTS_AFTER_MS = 300


async def _load(url: str, players: int, *more: str) -> dict[str, Any]:
    """The report of `quickpoll loadtest`; fails if an answer was lost or counted twice."""
    arguments = ["--url", url, "--players", str(players), "--questions", "3", "--json", *more]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "quickpoll", "loadtest", *arguments, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(90):
        output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    figures: dict[str, Any] = json.loads(output)
    return figures


@pytest.mark.quiet
async def test_five_hundred_players(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path, QUICKPOLL_CHECK_INVARIANTS="off")
    async with running(quickpoll):
        small, large = [await _load(websocket_url(quickpoll), n, "--answer-window", "1") for n in (50, 500)]

    for question in large["questions"]:
        assert (question["asked"], question["accepted"], question["refused"]) == (500, 500, 0)
    # A machine that does other things delays some question now and then: what it can do shows in the best.
    assert min(question["asked_spread_ms"] for question in large["questions"]) <= SPREAD_MS
    assert min(question["results_after_ms"] for question in large["questions"]) <= RESULTS_AFTER_MS
    for few, many in zip(small["questions"], large["questions"], strict=True):
        # Larger numbers have more digits, and the ranks of the top ten longer names: no more than that.
        assert many["bytes_per_player"]["max"] <= 1.1 * few["bytes_per_player"]["max"]


async def test_cut_connections_in_several_sessions_and_processes_lose_nothing(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path)
    async with running(quickpoll):
        report = await _load(
            websocket_url(quickpoll), 30, "--sessions", "3", "--processes", "2", "--reconnects", "0.5", "--think", "0.5"
        )
    assert (report["lost"], report["doubled"], report["findings"]) == (0, 0, [])
    cut = sum(question["cut"] for question in report["questions"])
    assert 60 < cut < 210  # half of 3 × 90, give or take
    # Who came back after everyone else had answered found the question closed; hardly anyone does.
    late = sum(question["late"] for question in report["questions"])
    assert sum(question["accepted"] for question in report["questions"]) == 270 - late
    assert late < 30
    assert report["latencies"]["return"]["count"] > 0.9 * cut
