"""deploy/compose.monitoring.yaml: a real Prometheus finds everything, and the dashboard's questions have answers."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.compose.deployment import ROOT, Deployment, deployed, docker
from tests.compose.test_compose import loadtest
from tests.system.harness import free_port

PORT = str(free_port())
FOUND_WITHIN_S = 30.0
SUBSTITUTES = {
    "$__rate_interval": "1m",
    "$__range": "10m",
    "$quantile": "0.99",
    '"$job"': '".*"',
    '"$instance"': '".*"',
}


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    environment = {"PROMETHEUS_PORT": PORT, "GRAFANA_PASSWORD": "not started here"}
    with deployed(["deploy/compose.monitoring.yaml"], environment, also=["prometheus"], gateway=2, coordinator=2) as it:
        yield it


def ask(path: str, **query: str) -> Any:
    with urlopen(f"http://127.0.0.1:{PORT}/api/v1/{path}?{urlencode(query)}", timeout=5) as response:
        return json.load(response)["data"]


def test_alerts_fire_when_they_should_and_only_then() -> None:
    mount = f"{ROOT / 'deploy/prometheus'}:/etc/prometheus:ro"
    promtool = ("--entrypoint", "promtool", "prom/prometheus:v3.0.0", "test", "rules")
    docker("run", "--rm", "--volume", mount, "--workdir", "/etc/prometheus", *promtool, "alerts_test.yml")


def test_every_gateway_and_coordinator_is_found(deployment: Deployment) -> None:
    end = time.monotonic() + FOUND_WITHIN_S
    up: list[str] = []
    while sorted(up) != ["balancer", "coordinator", "coordinator", "gateway", "gateway"]:
        assert time.monotonic() < end, up
        time.sleep(0.5)
        up = [target["labels"]["job"] for target in ask("targets")["activeTargets"] if target["health"] == "up"]


def test_all_that_the_dashboard_asks_has_an_answer(deployment: Deployment) -> None:
    loadtest(deployment.url)
    time.sleep(11)  # two scrapes
    for panel in json.loads((ROOT / "deploy/grafana/quickpoll.json").read_text())["panels"]:
        for target in panel.get("targets", ()):
            expression = target["expr"]
            for variable, value in SUBSTITUTES.items():
                expression = expression.replace(variable, value)
            assert ask("query", query=expression)["result"], (panel["title"], expression)


def test_no_alert_is_broken_and_none_fires_after_a_game(deployment: Deployment) -> None:
    (group,) = ask("rules")["groups"]
    assert {rule["health"] for rule in group["rules"]} == {"ok"}
    assert {rule["name"] for rule in group["rules"] if rule["state"] == "firing"} == set()
