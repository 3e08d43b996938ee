from collections import Counter

from tests.simulation.scenario import FAULTS, LOSS, REVERSAL, draw


def test_a_seed_draws_the_same_again() -> None:
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)


def test_faults_that_are_asked_for_are_all_that_happens() -> None:
    assert [fault.name for fault in draw(7, "valkey_cut", "valkey_cut").faults] == ["valkey_cut", "valkey_cut"]


def test_every_fault_is_drawn_and_what_may_lose_something_seldom() -> None:
    drawn = Counter(fault.name for seed in range(1000) for fault in draw(seed).faults)
    assert set(drawn) == {*FAULTS, LOSS, REVERSAL}
    assert drawn[LOSS] + drawn[REVERSAL] < min(100, sum(drawn.values()) / 10)
    assert any(not draw(seed).faults for seed in range(100)), "some games go undisturbed"
