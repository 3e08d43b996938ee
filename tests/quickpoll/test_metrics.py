"""What is counted, and how it is called."""

import re
from pathlib import Path

import pytest

from quickpoll.metrics import (
    BOUNDS_S,
    CoordinatorFigures,
    Distribution,
    Figures,
    GatewayFigures,
    Metric,
    ProcessFigures,
    as_markdown,
    metrics,
)

ROOT = Path(__file__).parents[2]
ALL: tuple[Figures, ...] = (GatewayFigures(), CoordinatorFigures(), ProcessFigures())
EVERY = [metric for figures in ALL for metric in metrics(figures)]


def test_no_two_parts_of_a_process_tell_the_same_metric() -> None:
    names = [metric.name for metric in EVERY]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("metric", EVERY, ids=lambda metric: metric.name)
def test_names_follow_the_conventions_of_prometheus(metric: Metric) -> None:
    assert re.fullmatch(r"quickpoll_[a-z]+(_[a-z]+)*", metric.name)
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert metric.name.endswith("_seconds") or metric.kind != "histogram"
    assert metric.label in ("", "reason", "code", "outcome", "recovered", "where")
    assert metric.explanation
    assert not metric.explanation.endswith(".")


def test_a_duration_is_in_the_bucket_that_it_does_not_exceed() -> None:
    distribution = Distribution()
    for seconds in (0.0, BOUNDS_S[0], BOUNDS_S[0] + 0.0001, 1000.0):
        distribution.observe(seconds)
    assert distribution.counts == [2, 1, *[0] * (len(BOUNDS_S) - 2), 1]
    assert distribution.sum_s == pytest.approx(1000 + 2 * BOUNDS_S[0] + 0.0001)


def test_a_duration_between_two_clocks_may_be_negative() -> None:
    distribution = Distribution()
    distribution.observe(-0.002)
    assert (distribution.counts[0], distribution.sum_s) == (1, 0.0)


def test_two_parts_do_not_count_together() -> None:
    one, other = GatewayFigures(), GatewayFigures()
    one.connections_closed[1000] += 1
    one.command_seconds.observe(1)
    assert other.connections_closed[1000] == 0
    assert sum(other.command_seconds.counts) == 0


def test_no_client_can_make_up_labels() -> None:
    figures = GatewayFigures()
    labels = set(figures.connections_closed)
    for code in (1000, 1012, 3000, 4999):
        figures.closed(code)
    assert set(figures.connections_closed) == labels
    assert (figures.connections_closed[1012], figures.connections_closed["other"]) == (1, 2)


def test_the_metrics_page_is_up_to_date() -> None:
    assert (ROOT / "docs/metrics.md").read_text() == as_markdown(), "run `make generate`"
