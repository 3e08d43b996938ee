"""Latencies as HdrHistograms: exact to three digits from a microsecond to ten minutes, in a form that others read."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

from hdrh.histogram import HdrHistogram
from msgspec import Struct

HIGHEST_US: Final = 600_000_000
DIGITS: Final = 3
BINS_PER_DECADE: Final = 10
LOWEST_BIN_MS: Final = 0.1
"""What is below counts as this: nobody notices."""


class Latency(Struct, frozen=True, kw_only=True):
    """One kind of latency over a whole run, in milliseconds; zero without any values."""

    count: int = 0
    mean: float = 0.0
    p50: float = 0.0
    p90: float = 0.0
    p99: float = 0.0
    p99_9: float = 0.0
    max: float = 0.0
    hdr: str = ""
    """All of it, in microseconds: HdrHistogram's compressed V2 encoding in base64."""


def latency(seconds: Iterable[float]) -> Latency:
    """The histogram of some latencies; what is below a microsecond counts as one."""
    histogram = HdrHistogram(1, HIGHEST_US, DIGITS)
    for value in seconds:
        histogram.record_value(min(HIGHEST_US, max(1, round(value * 1e6))))
    if not histogram.get_total_count():
        return Latency()
    p50, p90, p99, p99_9 = (histogram.get_value_at_percentile(percent) / 1000 for percent in (50.0, 90.0, 99.0, 99.9))
    return Latency(
        count=histogram.get_total_count(),
        mean=round(histogram.get_mean_value() / 1000, 3),
        p50=p50,
        p90=p90,
        p99=p99,
        p99_9=p99_9,
        max=histogram.get_max_value() / 1000,
        hdr=histogram.encode().decode(),
    )


class Bin(Struct, frozen=True):
    """How many values lie from `low_ms` up to `high_ms`."""

    low_ms: float
    high_ms: float
    count: int


def bins(hdr: str) -> list[Bin]:
    """An encoded histogram in steps that grow by the same factor, for a picture; empty for none."""
    counts: dict[int, int] = {}
    for value_ms, count in _recorded(hdr):
        step = math.floor(math.log10(max(value_ms, LOWEST_BIN_MS)) * BINS_PER_DECADE)
        counts[step] = counts.get(step, 0) + count
    if not counts:
        return []
    return [
        Bin(10 ** (step / BINS_PER_DECADE), 10 ** ((step + 1) / BINS_PER_DECADE), counts.get(step, 0))
        for step in range(min(counts), max(counts) + 1)
    ]


def _recorded(hdr: str) -> Sequence[tuple[float, int]]:
    if not hdr:
        return ()
    histogram: Any = HdrHistogram.decode(hdr.encode())
    return [
        (item.value_iterated_to / 1000, item.count_added_in_this_iter_step)
        for item in histogram.get_recorded_iterator()
    ]
