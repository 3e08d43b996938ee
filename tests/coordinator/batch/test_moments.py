"""When entries count as taken, whatever the clock does that gives them their IDs."""

from coordinator.batch.moments import STANDS_STILL_MS, Moments
from quickpoll.envelope import Command, ConnectionId, GatewayLost, Tick
from quickpoll.protocol import StartQuiz

NOW = 1_700_000_000_000
HOUR = 3_600_000


class Clock:
    def __init__(self, now: int, ahead_ms: float = 0.0) -> None:
        self._now = now
        self.ahead_ms = ahead_ms

    def now_ms(self) -> int:
        return self._now


def command(relayed_at: int) -> Command:
    return Command(ConnectionId("gw", 1), 1, None, StartQuiz(), relayed_at=relayed_at)


def moments(now: int = NOW, *, ahead_ms: float = 0.0, since: int = 0, taken_before: int = 0) -> Moments:
    return Moments(Clock(now, ahead_ms), since, taken_before)


def test_in_calm_the_id_tells_the_time() -> None:
    assert moments().of(NOW - 20, command(NOW - 21)) == NOW - 20


def test_after_the_clock_was_set_forward_an_entry_is_not_taken_after_it_was_read() -> None:
    assert moments().of(NOW + 3 * HOUR, command(NOW - 21)) == NOW
    assert moments().of(NOW + 5_000, Tick(NOW - 1)) == NOW


def test_after_the_clock_was_set_back_an_entry_is_not_taken_before_it_was_made() -> None:
    stuck = NOW - 30_000
    read = moments(taken_before=stuck)
    assert [read.of(stuck, command(NOW - 21)), read.of(stuck, Tick(NOW - 1))] == [NOW - 21, NOW - 1]


def test_what_does_not_say_when_it_was_made_counts_from_when_it_is_read_if_the_clock_stands_still() -> None:
    stuck = NOW - STANDS_STILL_MS - 1
    assert moments(taken_before=stuck).of(stuck, GatewayLost("gw")) == NOW
    assert moments(taken_before=stuck - 1).of(stuck, GatewayLost("gw")) == stuck  # its owner is late


def test_steps_that_are_known_are_counted_out() -> None:
    assert moments(ahead_ms=3.0 * HOUR).of(NOW + 3 * HOUR - 20, command(NOW - 21)) == NOW - 20


def test_no_entry_counts_as_taken_before_the_one_in_front_of_it() -> None:
    read = moments(since=NOW - 10)
    assert [read.of(NOW - 20, command(NOW - 21)), read.of(NOW - 5, command(NOW - 21))] == [NOW - 10, NOW - 5]


def test_without_a_clock_the_id_tells_the_time() -> None:
    assert Moments(None, 0, 0).of(NOW, command(NOW + HOUR)) == NOW
