"""Figures as Prometheus reads them."""

from prometheus_client.parser import text_string_to_metric_families

from program.exposition import Exposition
from quickpoll import __version__
from quickpoll.metrics import CoordinatorFigures, Figures, GatewayFigures


def told(*parts: Figures) -> dict[tuple[str, str], float]:
    """The samples by name and by the values of their labels."""
    text = Exposition(parts).text().decode()
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_counters_gauges_and_labels() -> None:
    figures = GatewayFigures(connections=lambda: 7)
    figures.connections_accepted += 9
    figures.connections_closed.update([1000, 1001, 1001])
    samples = told(figures)
    assert samples["quickpoll_connections", ""] == 7
    assert samples["quickpoll_connections_accepted_total", ""] == 9
    assert samples["quickpoll_connections_closed_total", "1001"] == 2


def test_buckets_add_up() -> None:
    figures = CoordinatorFigures()
    for seconds in (0.002, 0.02, 20):
        figures.commit_seconds.observe(seconds)
    samples = told(figures)
    buckets = [samples["quickpoll_commit_seconds_bucket", bound] for bound in ("0.001", "0.0025", "0.025", "10.0")]
    assert buckets == [0, 1, 2, 2]
    assert samples["quickpoll_commit_seconds_bucket", "+Inf"] == samples["quickpoll_commit_seconds_count", ""] == 3
    assert samples["quickpoll_commit_seconds_sum", ""] == 20.022


def test_a_gauge_is_asked_at_each_scrape() -> None:
    values = iter((1, 2))
    exposition = Exposition([GatewayFigures(connections=lambda: next(values))])
    assert b"\nquickpoll_connections 1.0\n" in exposition.text()
    assert b"\nquickpoll_connections 2.0\n" in exposition.text()


def test_the_version_and_the_process_are_told_whatever_it_does() -> None:
    samples = told()
    assert samples["quickpoll_build_info", __version__] == 1
    assert samples["process_open_fds", ""] > 0
    assert samples["process_resident_memory_bytes", ""] > 0
