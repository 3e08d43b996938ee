"""Alerts and dashboard ask for what is told; `tests/compose` asks a real Prometheus."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from quickpoll.metrics import CoordinatorFigures, GatewayFigures, ProcessFigures, metrics

ROOT = Path(__file__).parents[2]
ALERTS = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((ROOT / "deploy/grafana/quickpoll.json").read_text())
SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("",), "gauge": ("",)}
LABELS = {
    metric.name: metric.label
    for figures in (GatewayFigures(), CoordinatorFigures(), ProcessFigures())
    for metric in metrics(figures)
}
SAMPLES = {
    metric.name + suffix
    for figures in (GatewayFigures(), CoordinatorFigures(), ProcessFigures())
    for metric in metrics(figures)
    for suffix in SUFFIXES[metric.kind]
} | {"quickpoll_build_info"}


def expressions() -> Iterator[tuple[str, str]]:
    """What is asked, and by whom."""
    for rule in ALERTS:
        yield rule["alert"], rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]


@pytest.mark.parametrize(("asker", "expression"), list(expressions()))
def test_only_metrics_that_are_told_are_asked_for(asker: str, expression: str) -> None:
    assert set(re.findall(r"quickpoll_\w+", expression)) <= SAMPLES
    for name, matchers in re.findall(r"(quickpoll_\w+){([^}]*)}", expression):
        asked = set(re.findall(r"(\w+)(?:=|!=|=~)", matchers))
        assert asked <= {"job", "instance", LABELS.get(name)}


def test_every_alert_that_is_tried_is_there() -> None:
    """`promtool` takes one that is missing for one that is silent."""
    text = (ROOT / "deploy/prometheus/alerts_test.yml").read_text()
    assert set(re.findall(r"QuickPoll\w+", text)) <= {rule["alert"] for rule in ALERTS}


def test_alerts_say_what_happened_and_what_to_do() -> None:
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert set(rule["annotations"]) == {"summary", "description"}


def test_panels_do_not_overlap_and_have_ids_of_their_own() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken
        taken |= cells
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


def test_prometheus_looks_where_the_compose_file_has_the_figures() -> None:
    jobs = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    assert {job["job_name"] for job in jobs} == {"gateway", "coordinator", "balancer"}
    image = (ROOT / "deploy/Dockerfile").read_text()
    (port,) = re.findall(r"QUICKPOLL_ADMIN_PORT=(\d+)", image)
    for job in jobs:
        for discovery in job.get("dns_sd_configs", ()):
            assert discovery["names"] == [job["job_name"]]
            assert str(discovery["port"]) == port
    assert "bind :8405" in (ROOT / "deploy/haproxy.cfg").read_text()
