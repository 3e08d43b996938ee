"""Latencies keep their three digits, and others can read them."""

import pytest
from hdrh.histogram import HdrHistogram

from clients.loadtest.histograms import Latency, bins, latency


def test_percentiles_are_in_milliseconds_and_exact_to_three_digits() -> None:
    found = latency(number / 1000 for number in range(1, 1001))
    assert found.count == 1000
    assert found.p50 == pytest.approx(500, rel=1e-3)
    assert found.p99 == pytest.approx(990, rel=1e-3)
    assert found.p99_9 == pytest.approx(999, rel=1e-3)
    assert found.max == pytest.approx(1000, rel=1e-3)
    assert found.mean == pytest.approx(500.5, rel=1e-3)


def test_histograms_of_two_runs_can_be_added_up() -> None:
    whole = HdrHistogram.decode(latency([0.001, 0.002]).hdr)
    whole.add(HdrHistogram.decode(latency([0.3]).hdr))
    assert whole.get_total_count() == 3
    assert whole.get_max_value() == pytest.approx(300_000, rel=1e-3)


def test_without_values_everything_is_zero() -> None:
    assert latency([]) == Latency()
    assert bins(latency([]).hdr) == []


def test_what_is_too_small_or_too_large_counts_at_the_edge() -> None:
    found = latency([-1.0, 0.0, 100_000.0])
    assert found.count == 3
    assert found.p50 == pytest.approx(0.001)
    assert found.max == pytest.approx(600_000, rel=1e-3)


def test_bins_grow_by_a_factor_and_hold_every_value_once() -> None:
    steps = bins(latency([0.000001, 0.0015, 0.0015, 0.95]).hdr)
    assert sum(step.count for step in steps) == 4
    assert steps[0].low_ms == pytest.approx(0.1)  # nobody notices a microsecond
    for step in steps:
        assert step.high_ms / step.low_ms == pytest.approx(10**0.1)
    (two,) = [step for step in steps if step.count == 2]
    assert two.low_ms <= 1.5 < two.high_ms
