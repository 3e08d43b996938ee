"""The simulation against what is known in closed form."""

import random
from statistics import mean

import pytest

from benchmarks.queueing import Arrival, Stage, percentile, simulate


def poisson(per_s: float, count: int, route: tuple[int, ...] = (0,), seed: int = 1) -> list[Arrival]:
    rng, now, arrivals = random.Random(seed), 0.0, []
    for _ in range(count):
        now += rng.expovariate(per_s)
        arrivals.append(Arrival(now, route))
    return arrivals


@pytest.mark.parametrize("load", [0.3, 0.5, 0.8])
def test_a_single_queue_waits_as_pollaczek_and_khinchine_say(load: float) -> None:
    """M/D/1: the mean wait is load / (2 (1 − load)) service times."""
    took = simulate([Stage(0, 0.0, 1.0, 1)], poisson(load, 50_000))
    assert mean(took) - 1 == pytest.approx(load / (2 * (1 - load)), rel=0.05)


def test_two_stages_on_one_core_wait_as_one_queue_of_both() -> None:
    took = simulate([Stage(0, 0.0, 0.4, 1), Stage(0, 0.0, 0.4, 1)], poisson(1.0, 25_000, (0, 1)))
    alone = simulate([Stage(0, 0.0, 0.8, 1)], poisson(1.0, 25_000))
    assert mean(alone) == pytest.approx(0.8 + 0.8 * 0.8 / (2 * 0.2), rel=0.05)
    assert mean(took) == pytest.approx(mean(alone))


def test_two_stages_on_cores_of_their_own_do_not_hinder_each_other() -> None:
    """The output of M/D/1 is spaced by a service time: an equal stage behind it never makes anyone wait."""
    took = simulate([Stage(0, 0.0, 0.5, 1), Stage(1, 0.0, 0.5, 1)], poisson(1.0, 10_000, (0, 1)))
    first = simulate([Stage(0, 0.0, 0.5, 1)], poisson(1.0, 10_000))
    assert mean(took) == pytest.approx(mean(first) + 0.5)


def test_a_stage_that_takes_everything_at_once_carries_any_load_and_nobody_waits_twice() -> None:
    took = simulate([Stage(0, 1.0, 0.0, 1_000_000)], poisson(50.0, 50_000))
    assert 1.0 <= min(took) < max(took) <= 2.0
    assert mean(took) == pytest.approx(1.5, rel=0.02)


def test_a_batch_takes_no_more_than_its_limit_in_the_order_of_arrival() -> None:
    took = simulate([Stage(0, 1.0, 0.5, 2)], [Arrival(0.0, (0,)), *[Arrival(0.1, (0,))] * 3])
    assert took == pytest.approx([1.5, 3.4, 3.4, 4.9])


def test_stages_of_a_core_are_served_by_turns() -> None:
    stages = [Stage(0, 0.0, 1.0, 1), Stage(0, 0.0, 1.0, 1)]
    took = simulate(stages, [Arrival(0.0, (0,)), Arrival(0.0, (0,)), Arrival(0.0, (1,))])
    assert took == [1.0, 3.0, 2.0]


def test_a_stage_rests_between_two_batches_but_not_after_a_quiet_moment() -> None:
    stages = [Stage(0, 0.1, 0.0, 100, every_s=1.0)]
    took = simulate(stages, [Arrival(at, (0,)) for at in (0.0, 0.2, 0.9, 5.0)])
    assert took == pytest.approx([0.1, 0.9, 0.2, 0.1])


def test_at_a_pace_everyone_waits_half_an_interval_and_nobody_more_than_one() -> None:
    took = simulate([Stage(0, 0.0, 0.0, 1_000_000, every_s=1.0)], poisson(50.0, 20_000))
    assert mean(took) == pytest.approx(0.5, rel=0.05)
    assert max(took) <= 1.0


def test_percentiles() -> None:
    assert percentile([], 99) == 0
    assert percentile(range(100), 99) == 99
    assert percentile([5.0], 50) == 5
