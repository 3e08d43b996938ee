"""The compose file for real: five hundred players behind the balancer, and gateways that are scaled away under them.

`make test-compose`: needs Docker, and is no part of `make test`.
"""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from quickpoll.protocol import CloseCode, Option, Question, Quiz, Settings
from tests.chaos.crowd import Crowd, Moment
from tests.chaos.invariants import violations
from tests.compose.deployment import Deployment, deployed

PLAYERS = 500
GATEWAYS = 4
OVER_WITHIN_S = 120.0
QUIZ = Quiz(
    "In containers",
    tuple(
        Question("single", f"Question {number}?", (Option("Right", correct=True), Option("Wrong")), 12_000)
        for number in range(3)
    ),
)


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed(gateway=GATEWAYS, coordinator=2) as running:
        yield running


def loadtest(url: str) -> dict[str, Any]:
    """The report of a load test; fails if an answer was lost or counted twice."""
    command = [sys.executable, "-m", "clients.loadtest", "--url", url, "--players", str(PLAYERS), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_five_hundred_players_lose_nothing(deployment: Deployment) -> None:
    report = loadtest(deployment.url)
    assert [question["accepted"] for question in report["questions"]] == [PLAYERS] * 3
    assert report["closes"] == {}


async def test_gateways_scaled_away_and_back_and_a_dead_coordinator_lose_nothing(deployment: Deployment) -> None:
    """Each in the middle of a question: half of the gateways leave; the owner dies; new gateways come."""
    crowd = Crowd("compose", [deployment.url], QUIZ, Settings(lead_ms=500, max_players=PLAYERS), PLAYERS)

    async def rescale() -> None:
        await crowd.moment(Moment.ANSWERING, 0)
        await asyncio.to_thread(deployment.up, gateway=GATEWAYS // 2)
        await crowd.moment(Moment.ANSWERING, 1)
        await asyncio.to_thread(deployment.kill_one, "coordinator")
        await crowd.moment(Moment.ANSWERING, 2)
        await asyncio.to_thread(deployment.up, gateway=GATEWAYS)
        crowd.faults_over.set()

    changing = asyncio.create_task(rescale())
    await crowd.play(OVER_WITHIN_S)
    await changing
    assert violations(crowd) == []
    closes = Counter(code for player in crowd.players for code in player.closes)
    moved = closes[CloseCode.GATEWAY_DRAINING]
    assert PLAYERS / 4 <= moved <= PLAYERS, closes
    accepted = sum(given.accepted is not None for player in crowd.players for given in player.given.values())
    assert accepted == PLAYERS * len(QUIZ.questions)
    away = sorted(seconds for player in crowd.players for seconds in player.away_s)
    print(f"closes {dict(closes)}, away for at most {away[-1]:.2f} s, half of them {away[len(away) // 2]:.2f} s")


def test_only_the_balancers_port_is_published(deployment: Deployment) -> None:
    for service in ("redis", "coordinator", "gateway", "balancer"):
        for container in deployment.containers(service):
            published = {port: where for port, where in container["NetworkSettings"]["Ports"].items() if where}
            expected = {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(deployment.port)}]}
            assert published == (expected if service == "balancer" else {}), container["Name"]


@pytest.mark.parametrize("service", ["gateway", "coordinator"])
def test_it_runs_as_nobody_on_a_file_system_that_it_cannot_write(deployment: Deployment, service: str) -> None:
    program = "import os; print(os.getuid()); open('/opt/quickpoll/x', 'w')"
    done = deployment.compose("exec", "-T", service, "python", "-c", program)
    assert done.stdout.strip() == "10001"
    assert "Read-only file system" in done.stderr
    (container, *_) = deployment.containers(service)
    assert container["HostConfig"]["CapDrop"] == ["ALL"]


def test_without_a_secret_it_says_what_to_do() -> None:
    done = Deployment((), {"QUICKPOLL_SECRET": ""}).compose("config")
    assert done.returncode != 0
    assert "make up" in done.stderr
    assert "openssl rand -hex 32" in done.stderr
