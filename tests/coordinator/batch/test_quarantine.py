import msgpack
import pytest

from coordinator.batch.quarantine import answer_unreadable, reason_of
from quickpoll.envelope import Command, ConnectionId, Tick, encode
from quickpoll.protocol import Error, ErrorCode, JoinSession, decode_message


def packed(parts: object) -> bytes:
    data: bytes = msgpack.packb(parts)
    return data


def command_of_a_newer_version(**body: object) -> bytes:
    return b"\x01" + packed([1, ["gw", 7], 3, None, {"type": "dance", **body}, ""])


def test_a_command_that_is_unknown_here_is_answered_unavailable() -> None:
    answer = answer_unreadable(command_of_a_newer_version(id="mine"))
    assert answer is not None
    connection, request, text = answer
    assert (connection, request) == (ConnectionId("gw", 7), 3)
    error = decode_message(text)
    assert isinstance(error, Error)
    assert (error.code, error.reply_to) == (ErrorCode.UNAVAILABLE, "mine")
    assert error.retry_after_ms


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x09" + encode(Command(ConnectionId("gw", 7), 3, None, JoinSession(code="123456", name="x")))[1:],
        b"\x01\xc1",
        b"\x01\x05",
        b"\x01" + packed([1, "gw", 3, None, {}]),
        b"\x01" + packed([9, ["gw", 7], 3, None, {}]),
        b"\x01\x95\x01\x92\xa2\xff\xfe\x07\x03\xc0\x80",  # a name that is no UTF-8
        b"\x01" + b"\x91" * 100_000,  # lists in lists
        encode(Tick()),
    ],
)
def test_where_it_is_not_known_who_asked_nobody_is_answered(data: bytes) -> None:
    assert answer_unreadable(data) is None


def test_the_reason_is_one_line_that_says_what_and_where() -> None:
    def fail() -> None:
        raise ValueError("seven\nis not\neight")

    try:
        fail()
    except ValueError as error:
        reason = reason_of(error)
    assert reason.startswith("ValueError: seven is not eight (fail, line ")
