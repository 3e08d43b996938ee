"""Figures as Prometheus's text format. Imported when somebody asks for the first time, so that no start waits."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from quickpoll import __version__
from quickpoll.metrics import BOUNDS_S, PREFIX, Distribution, Figures, Metric, metrics


class _Figures(Collector):
    def __init__(self, parts: Sequence[Figures]) -> None:
        self._parts = parts

    def collect(self) -> Iterable[Family]:
        """Called at each scrape."""
        yield InfoMetricFamily(PREFIX + "build", "The version that runs", {"version": __version__})
        for figures in self._parts:
            yield from map(_family, metrics(figures))


class Exposition:
    """What `/metrics` of one process tells."""

    content_type: Final = "text/plain; version=0.0.4; charset=utf-8"

    def __init__(self, parts: Sequence[Figures]) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Figures(parts))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """All metrics, as they stand."""
        return generate_latest(self._registry)


def _family(metric: Metric) -> Family:
    value = metric.value
    if isinstance(value, Distribution):
        return HistogramMetricFamily(metric.name, metric.explanation, list(_buckets(value)), value.sum_s)
    if metric.kind == "gauge":
        return GaugeMetricFamily(metric.name, metric.explanation, value())
    if not metric.label:
        return CounterMetricFamily(metric.name, metric.explanation, value)
    family = CounterMetricFamily(metric.name, metric.explanation, labels=[metric.label])
    for label, count in value.items():
        family.add_metric([str(label)], count)
    return family


def _buckets(distribution: Distribution) -> Iterator[tuple[str, float]]:
    bounds = [*map(str, BOUNDS_S), "+Inf"]
    yield from zip(bounds, accumulate(distribution.counts), strict=True)
