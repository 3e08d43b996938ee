from collections import Counter

from quickpoll.store.url import RedisKind
from tests.simulation.scenario import (
    EVERY,
    LOSS,
    OF_A_CLUSTER,
    OF_SENTINELS,
    OF_SEVERAL,
    REVERSAL,
    REVERSAL_OF_SEVERAL,
    draw,
)

OWN = {*OF_A_CLUSTER, *OF_SENTINELS, *OF_SEVERAL}


def test_a_seed_draws_the_same_again() -> None:
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)


def test_faults_that_are_asked_for_are_all_that_happens() -> None:
    assert [fault.name for fault in draw(7, "valkey_cut", "valkey_cut").faults] == ["valkey_cut", "valkey_cut"]


def test_every_fault_is_drawn_and_what_may_lose_something_seldom() -> None:
    drawn = Counter(fault.name for seed in range(1000) for fault in draw(seed).faults)
    assert set(drawn) == {*EVERY}
    assert drawn[LOSS] + drawn[REVERSAL] + drawn[REVERSAL_OF_SEVERAL] < min(100, sum(drawn.values()) / 10)
    assert any(not draw(seed).faults for seed in range(100)), "some games go undisturbed"


def test_one_world_of_ten_has_a_cluster_and_another_one_sentinels() -> None:
    kinds = Counter(draw(seed).redis for seed in range(1000))
    assert 80 < kinds[RedisKind.CLUSTER] < 120
    assert 80 < kinds[RedisKind.SENTINEL] < 120


def test_what_happens_to_several_servers_happens_where_there_are_some() -> None:
    for seed in range(300):
        scenario = draw(seed)
        names = {fault.name for fault in scenario.faults}
        assert not (scenario.redis is RedisKind.ONE and scenario.needs_several)
        assert not (scenario.redis is not RedisKind.CLUSTER and names & {*OF_A_CLUSTER})
        assert not (scenario.redis is not RedisKind.SENTINEL and names & {*OF_SENTINELS})
        assert (scenario.shards > 1) == (scenario.redis is RedisKind.CLUSTER)


def test_a_fault_that_is_asked_for_has_the_servers_that_it_needs() -> None:
    assert {draw(seed, "slot_moved").redis for seed in range(50)} == {RedisKind.CLUSTER}
    assert {draw(seed, "sentinels_away").redis for seed in range(50)} == {RedisKind.SENTINEL}
    assert {draw(seed, "master_lost").redis for seed in range(50)} == {RedisKind.CLUSTER, RedisKind.SENTINEL}
