"""What is due, and when; on a clock that goes as fast as the test."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.patience import Due, Patience
from gateway.roundtrip import RoundTrip
from gateway.timing import DEFAULT

NOW = 1000.0


class Client:
    """What a gateway knows of one client whose WebSocket is open."""

    def __init__(self, **timing: Any) -> None:
        self.timing = replace(DEFAULT, **timing)
        self.patience = Patience(self.timing, NOW)
        self.patience.opened()
        self.round_trip = RoundTrip()
        self.heard_at = NOW
        self.is_nobody = False

    def ping(self, now: float) -> bytes:
        content = self.round_trip.ping(now)
        self.round_trip.due_at = float("inf")  # it is measured in `test_roundtrip.py`
        return content

    def due(self, now: float, *, unsent_bytes: int = 0, is_open: bool = True) -> Due:
        return self.patience.due(
            now,
            heard_at=self.heard_at,
            is_open=is_open,
            is_nobody=self.is_nobody,
            unsent_bytes=unsent_bytes,
            round_trip=self.round_trip,
        )


@pytest.fixture
def client() -> Client:
    client = Client()
    client.ping(NOW)
    client.round_trip.pong(b"", NOW)
    client.heard_at = NOW + 0.1
    return client


def test_a_client_that_is_heard_is_left_alone(client: Client) -> None:
    client.heard_at = NOW + 1000
    assert client.due(NOW + 1000) is Due.NOTHING


def test_a_silent_client_is_pinged_and_then_gone(client: Client) -> None:
    assert client.due(NOW + DEFAULT.ping_after_s) is Due.NOTHING
    assert client.due(NOW + DEFAULT.ping_after_s + 1) is Due.PING
    client.ping(NOW + 21)
    assert client.due(NOW + 21 + DEFAULT.gone_after_s) is Due.NOTHING
    assert client.due(NOW + 22 + DEFAULT.gone_after_s) is Due.GONE


def test_a_client_that_answers_the_ping_is_pinged_again_only_after_another_silence(client: Client) -> None:
    client.ping(NOW + 21)
    client.heard_at = NOW + 21.5
    assert client.due(NOW + 41) is Due.NOTHING
    assert client.due(NOW + 42) is Due.PING


def test_a_client_is_pinged_to_be_measured() -> None:
    client = Client()
    assert client.due(NOW + 1) is Due.PING


def test_a_client_that_is_nobody_has_to_say_something(client: Client) -> None:
    client.is_nobody = True
    client.heard_at = NOW + DEFAULT.silent_s  # it answers pings
    assert client.due(NOW + DEFAULT.silent_s) is Due.NOTHING
    assert client.due(NOW + DEFAULT.silent_s + 1) is Due.SILENT
    client.patience.spoke(NOW + DEFAULT.silent_s)
    assert client.due(NOW + DEFAULT.silent_s + 1) is Due.NOTHING
    client.is_nobody = False
    client.heard_at = NOW + 300
    assert client.due(NOW + 300) is Due.NOTHING


def test_a_message_has_a_minute(client: Client) -> None:
    client.patience.holds(1, NOW)
    client.heard_at = NOW + DEFAULT.message_s
    client.patience.holds(2, client.heard_at)
    assert client.due(NOW + DEFAULT.message_s) is Due.NOTHING
    assert client.due(NOW + DEFAULT.message_s + 1) is Due.TOO_LONG


@pytest.mark.parametrize("complete", [lambda p: p.holds(0, NOW + 60), lambda p: p.spoke(NOW + 60)])
def test_the_next_message_has_a_minute_of_its_own(client: Client, complete: Any) -> None:
    client.patience.holds(1, NOW)
    complete(client.patience)
    client.patience.holds(1, NOW + 60)
    client.heard_at = NOW + 119
    assert client.due(NOW + 119) is Due.NOTHING
    assert client.due(NOW + 121) is Due.TOO_LONG


def test_a_client_that_reads_nothing_is_cut_however_little_waits(client: Client) -> None:
    client.heard_at = NOW + 100
    assert client.due(NOW + 100) is Due.NOTHING
    for second in range(int(DEFAULT.stuck_s) + 1):
        assert client.due(NOW + 100 + second, unsent_bytes=1) is Due.NOTHING
    assert client.due(NOW + 101 + DEFAULT.stuck_s, unsent_bytes=1) is Due.OVERDUE


def test_to_be_told_to_close_gives_no_more_time_to_a_client_that_reads_nothing(client: Client) -> None:
    client.heard_at = NOW + 100
    assert client.due(NOW + 100) is Due.NOTHING
    assert client.due(NOW + 107, unsent_bytes=1000) is Due.NOTHING
    client.patience.closing(NOW + 107)
    assert client.due(NOW + 100 + DEFAULT.stuck_s, unsent_bytes=1010, is_open=False) is Due.NOTHING
    assert client.due(NOW + 101 + DEFAULT.stuck_s, unsent_bytes=1010, is_open=False) is Due.OVERDUE


def test_a_client_that_reads_slowly_stays(client: Client) -> None:
    client.heard_at = NOW + 200
    assert client.due(NOW + 99) is Due.NOTHING
    for second in range(100):
        assert client.due(NOW + 100 + second, unsent_bytes=1000 - second) is Due.NOTHING


def test_a_handshake_that_does_not_come_ends_the_connection() -> None:
    patience = Patience(DEFAULT, NOW)
    client = Client()
    client.patience = patience
    assert client.due(NOW + DEFAULT.handshake_s, is_open=False) is Due.NOTHING
    assert client.due(NOW + DEFAULT.handshake_s + 1, is_open=False) is Due.OVERDUE


def test_so_does_a_response_that_is_not_read_and_a_close_that_is_not_answered(client: Client) -> None:
    for begin, limit_s in (
        (client.patience.answered, DEFAULT.response_s),
        (client.patience.closing, DEFAULT.closing_s),
    ):
        begin(NOW)
        assert client.due(NOW + limit_s, is_open=False) is Due.NOTHING
        assert client.due(NOW + limit_s + 1, is_open=False) is Due.OVERDUE


def test_what_the_gateway_slept_through_is_nobodys_fault(client: Client) -> None:
    client.is_nobody = True
    client.patience.holds(1, NOW)
    client.due(NOW, unsent_bytes=1)
    client.patience.excuse(3600)
    client.heard_at += 3600
    client.round_trip.due_at = NOW + 10_000
    assert client.due(NOW + 3605, unsent_bytes=1) is Due.NOTHING
