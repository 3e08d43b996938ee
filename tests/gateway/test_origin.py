"""Which pages may connect, and what the log says of the others."""

import logging

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request

from gateway.origin import TOLD_AGAIN_S, TOLD_AT_ONCE, UpgradeRefusals, is_same_host


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://quiz.example", "quiz.example", True),
        ("http://quiz.example", "quiz.example:80", True),
        ("https://QUIZ.example:443", "quiz.example", True),
        ("https://quiz.example", "quiz.example:443", True),
        ("https://quiz.example", "quiz.example:80", True),  # a proxy that ends TLS
        ("http://192.168.1.5:8000", "192.168.1.5:8000", True),
        ("http://[2001:db8::1]:8000", "[2001:db8::1]:8000", True),
        ("http://[2001:db8::1]", "[2001:db8::1]", True),
        ("https://quiz.example.", "quiz.example", True),
        ("https://quiz.example", "Quiz.Example.", True),
        ("https://quiz.example.:8443", "quiz.example:8443", True),
        ("http://class_5b.local:8000", "class_5b.local:8000", True),
        ("http://quiz.example:8080", "quiz.example", True),  # a proxy has lost the port
        ("http://[2001:db8::1]:8080", "[2001:db8::1]", True),
        ("http://quiz.example:8080", "quiz.example:80", False),
        ("http://quiz.example", "quiz.example:8080", False),
        ("http://192.168.1.5:8001", "192.168.1.5:8000", False),
        ("https://evil.example", "quiz.example", False),
        ("https://evil.example:8080", "quiz.example", False),
        ("https://quiz.example.evil.example", "quiz.example", False),
        ("https://quiz.example@evil.example", "quiz.example", False),
        ("https://quiz.example..", "quiz.example", False),
        ("null", "quiz.example", False),
        ("file://", "", False),
        ("https://", "", False),
        ("https://[", "quiz.example", False),
        ("javascript://quiz.example", "quiz.example", False),
    ],
)
def test_an_origin_is_compared_with_the_host(origin: str, host: str, same: bool) -> None:
    assert is_same_host(origin, host) is same


def request(origin: str, host: str = "quiz.example") -> Request:
    return Request("/ws", Headers({"Origin": origin, "Host": host}))


def test_a_refusal_is_one_line_that_names_origin_and_host(caplog: pytest.LogCaptureFixture) -> None:
    refusals = UpgradeRefusals()
    for second in range(int(TOLD_AGAIN_S)):
        refusals.tell("it may not", request("http://quiz.example:8080", "internal"), "192.0.2.7", second)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "it may not (Origin: http://quiz.example:8080, Host: internal)" in record.message
    refusals.tell("it may not", request("http://quiz.example:8080", "internal"), "192.0.2.7", TOLD_AGAIN_S + 1)
    assert len(caplog.records) == 2


def test_a_client_that_invents_hosts_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    refusals = UpgradeRefusals()
    for number in range(1000):
        refusals.tell("it may not", request(f"http://h{number}"), "192.0.2.7", 1.0)
    assert len(caplog.records) == TOLD_AT_ONCE


def test_headers_are_shown_as_plain_text_and_not_at_any_length(caplog: pytest.LogCaptureFixture) -> None:
    UpgradeRefusals().tell("it may not", request("\x85\xad" + "x" * 10_000), "192.0.2.7", 1.0)
    assert r"\u0085\u00ad" in caplog.text
    assert len(caplog.records[0].message) < 500


def test_a_header_that_is_missing_is_none(caplog: pytest.LogCaptureFixture) -> None:
    UpgradeRefusals().tell("it may not", Request("/ws", Headers()), "", 1.0)
    assert "(Origin: none, Host: none)" in caplog.text
