"""The compose file for real: five hundred players behind the balancer, and gateways that are scaled away under them.

`make test-compose`: needs Docker, and is no part of `make test`.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from quickpoll.protocol import CloseCode
from tests.compose.crowd import play_while
from tests.compose.deployment import Deployment, deployed

PLAYERS = 500
GATEWAYS = 4


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
    """Half of the gateways leave; an owner dies; new gateways come."""
    changes = (
        partial(deployment.up, gateway=GATEWAYS // 2),
        partial(deployment.kill_one, "coordinator"),
        partial(deployment.up, gateway=GATEWAYS),
    )
    crowd = await play_while(deployment.url, PLAYERS, changes)
    closes = Counter(code for player in crowd.players for code in player.closes)
    assert PLAYERS / 4 <= closes[CloseCode.GATEWAY_DRAINING] <= PLAYERS, closes


async def test_all_containers_exchanged_during_a_game_lose_nothing(deployment: Deployment) -> None:
    changes = (partial(deployment.exchange, "coordinator"), partial(deployment.exchange, "gateway"))
    await play_while(deployment.url, PLAYERS // 5, changes)


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
