import random

import pytest

from gateway.roundtrip import EARLY_PINGS, EARLY_S, LATER_S, RECENT, RoundTrip


def measured(*round_trips_ms: float) -> RoundTrip:
    """A connection whose pongs took so long, one after the other."""
    measures, now = RoundTrip(), 0.0
    for round_trip_ms in round_trips_ms:
        now = max(now, measures.due_at)
        measures.pong(measures.ping(now), now + round_trip_ms / 1000)
        now += round_trip_ms / 1000
    return measures


def test_the_smallest_of_the_recent_ones_counts_rounded_down() -> None:
    assert RoundTrip().smallest_ms == 0
    assert measured(80.9).smallest_ms == 80
    assert measured(300, 41.7, 95).smallest_ms == 41
    assert measured(10.5, *[200.5] * (RECENT - 1)).smallest_ms == 10
    assert measured(10.5, *[200.5] * RECENT).smallest_ms == 200


def test_pongs_that_are_held_back_now_and_then_change_nothing() -> None:
    chance = random.Random(3)
    for _ in range(100):
        late = [40.5 + chance.choice([0, 450]) for _ in range(RECENT - 1)]
        assert measured(*late, 40.5).smallest_ms == 40


@pytest.mark.parametrize("content", [b"", b"\0" * 8, b"anything"])
def test_a_pong_that_answers_no_ping_is_ignored(content: bytes) -> None:
    measures = RoundTrip()
    measures.pong(content, 50.0)
    asked = measures.ping(100.0)
    measures.pong(content, 100.001)
    assert measures.smallest_ms == 0
    measures.pong(asked, 100.125)
    measures.pong(asked, 100.5)
    assert measures.smallest_ms == 125, "and one that comes twice counts once"


def test_a_pong_belongs_to_its_own_ping() -> None:
    measures = RoundTrip()
    first = measures.ping(100.0)
    second = measures.ping(120.0)
    assert first != second
    measures.pong(first, 120.001)
    assert measures.smallest_ms == 0
    measures.pong(second, 120.125)
    assert measures.smallest_ms == 125


def test_a_few_pings_come_soon_and_the_others_at_moments_that_nobody_knows() -> None:
    def gaps() -> list[float]:
        measures, found = RoundTrip(), []
        for _ in range(EARLY_PINGS + 3):
            now = measures.due_at
            measures.pong(measures.ping(now), now + 0.01)
            found.append(measures.due_at - now)
        return found

    first = gaps()
    assert all(EARLY_S[0] <= gap <= EARLY_S[1] for gap in first[: EARLY_PINGS - 1])
    assert all(LATER_S[0] <= gap <= LATER_S[1] for gap in first[EARLY_PINGS - 1 :])
    assert gaps() != first


def test_none_is_due_while_one_is_under_way() -> None:
    measures = RoundTrip()
    assert measures.is_due(100.0), "the first one at once"
    content = measures.ping(100.0)
    assert not measures.is_due(1000.0)
    measures.pong(content, 100.05)
    assert not measures.is_due(100.1)
    assert measures.is_due(measures.due_at)
