"""The arithmetic of the capacity model, with costs that are easy to work out by hand."""

import pytest

from benchmarks.capacity import (
    Cost,
    Costs,
    Size,
    acknowledged_ms,
    asked_ms,
    gateways_of_session,
    per_question,
    size,
    steady_ms,
)

MS = 0.001
GIVEN = Costs(
    gateway=Cost(small=0.4 * MS, calm=0.2 * MS, rush=0.1 * MS),
    coordinator=Cost(small=0.1 * MS, calm=0.1 * MS, rush=0.05 * MS),
    valkey=Cost(small=0.05 * MS, calm=0.05 * MS, rush=0.02 * MS),
    delivery=0.01 * MS,
    subscriber=0.0,
    disk=0.0,
    connection_bytes=8000,
    player_bytes=1000,
    stored_bytes=2000,
)


def test_the_measured_sizes_cost_what_was_measured() -> None:
    assert GIVEN.gateway.at(10) == pytest.approx(0.4 * MS)
    assert GIVEN.gateway.at(1000) == pytest.approx(0.2 * MS)
    assert GIVEN.gateway.at(20) == pytest.approx(0.3 * MS, rel=0.02)
    assert GIVEN.coordinator.at(10) == GIVEN.coordinator.at(10_000) == pytest.approx(0.1 * MS)


def test_small_sessions_that_cost_less_than_a_large_one_are_no_discount() -> None:
    assert Cost(small=0.1, calm=0.2, rush=0.1).at(10) == pytest.approx(0.2)


def test_a_session_is_on_no_more_gateways_than_it_has_players() -> None:
    assert gateways_of_session(10, 1) == 1
    assert gateways_of_session(1, 50) == pytest.approx(1)
    assert gateways_of_session(10, 10_000) == pytest.approx(10, rel=0.001)
    assert gateways_of_session(1000, 4) == pytest.approx(4)


def test_a_session_that_is_spread_costs_each_gateway_its_part() -> None:
    assert per_question(GIVEN, 10, 1)["gateway"] == pytest.approx(0.4 * MS)
    # Each player has a gateway of its own: what a session of one costs.
    assert per_question(GIVEN, 10, 100_000)["gateway"] == pytest.approx(GIVEN.gateway.at(1), rel=0.001)


def test_what_redis_publishes_to_several_gateways_is_paid_for_each() -> None:
    given = GIVEN._replace(subscriber=0.002 * MS)
    one, four = (per_question(given, 1000, gateways)["valkey"] for gateways in (1, 4))
    # 102 broadcasts of a question to three more gateways, over a thousand players.
    assert four - one == pytest.approx(102 * 3 * 0.002 * MS / 1000)


def test_processes_are_as_many_as_keep_each_core_half_free() -> None:
    wanted = size(GIVEN, 1_000_000, 1000)
    # A question every 20 s: 50,000 a second. 50,000 × 0.1 ms are 5 cores, at half load 10.
    assert wanted.coordinators == 10
    assert wanted.shards == 5
    assert wanted.gateways >= 50  # 20,000 connections each are more than their CPU asks for
    assert wanted.first == "gateway"


def test_few_players_need_one_of_each() -> None:
    assert size(GIVEN, 100, 30)[2:5] == (1, 1, 1)


def test_a_game_on_one_core_waits_longer_than_on_cores_of_their_own() -> None:
    alone = acknowledged_ms(GIVEN, 2000, 2.0, 2, one_core=True)
    apart = acknowledged_ms(GIVEN, 2000, 2.0, 2, one_core=False)
    assert 0.35 < apart < alone + 1  # the pace of both is the same, and most of it
    assert alone == acknowledged_ms(GIVEN, 2000, 2.0, 2, one_core=True)  # the same for the same seed


def test_an_answer_waits_for_the_disk_twice() -> None:
    slow = GIVEN._replace(disk=5 * MS)
    waited = acknowledged_ms(slow, 10, 10.0, 1, one_core=False)
    assert waited == pytest.approx(10 + acknowledged_ms(GIVEN, 10, 10.0, 1, one_core=False), abs=0.01)


def test_the_last_player_has_the_question_when_all_writes_are_done() -> None:
    # 1,000 writes of 0.01 ms. The command's own way: a batch in each process, whose cost four answers shared when it
    # was measured, and one entry; in the gateway without the deliveries.
    way_ms = (4 * 0.1 + 0.1 - 0.02) + (4 * 0.05 + 0.05) + (4 * 0.03 + 0.02)
    assert asked_ms(GIVEN, 1000, 1, one_core=True) == pytest.approx(10 + way_ms, rel=0.01)
    assert asked_ms(GIVEN, 1000, 2, one_core=False) == pytest.approx(5 + way_ms, rel=0.01)


def test_the_fuller_the_cores_the_longer_the_wait() -> None:
    wanted = Size(1_000_000, 30, 20, 10, 5, "gateway")
    waits = [steady_ms(GIVEN, wanted, load, seconds=3.0) for load in (0.2, 0.5, 0.9)]
    assert waits == sorted(waits)
    assert waits[0] > 0.3  # the services alone
