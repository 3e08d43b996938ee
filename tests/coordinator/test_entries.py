import pytest

from coordinator.entries import create_id_of, receive
from quickpoll.envelope import Command, Disconnected, Entry, GatewayLost, Identity, Link, Tick, encode
from quickpoll.keys import ENTRY_FIELD
from quickpoll.protocol import CreateSession, JoinSession, Role, StartQuiz
from tests.coordinator.standin import QUIZ

LINK = Link("gw", 1)
HOST = Identity("123456", "nonce", Role.HOST)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (Command(LINK, 1, None, JoinSession(code="654321", name="Ann")), "654321"),
        (Command(LINK, 1, HOST, StartQuiz()), "123456"),
        (Command(LINK, 1, None, CreateSession(quiz=QUIZ)), ""),
        (Disconnected(LINK, HOST), "123456"),
        (GatewayLost("gw"), ""),
        (Tick(), ""),
    ],
)
def test_an_entry_has_the_time_at_which_redis_took_it_and_its_session(entry: Entry, code: str) -> None:
    received = receive(b"1700000000123-4", {ENTRY_FIELD: encode(entry)})
    assert (received.id, received.at) == ("1700000000123-4", 1700000000123)
    assert (received.entry, received.code) == (entry, code)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({ENTRY_FIELD: b"\x09new"}, "UnknownFormat: format byte"),
        ({ENTRY_FIELD: b"\x01\xc1"}, "DecodeError"),
        ({ENTRY_FIELD: b"\x01\x91\x63"}, "ValidationError"),
        ({b"other": b"field"}, "UnknownFormat"),
    ],
)
def test_an_entry_that_cannot_be_read_says_why(fields: dict[bytes, bytes], reason: str) -> None:
    received = receive(b"5-0", fields)
    assert received.entry is None
    assert reason in received.reason


def create_id(given: str | None, connection: int = 1, request: int = 1) -> str:
    return create_id_of(Command(Link("gw", connection), request, None, CreateSession(quiz=QUIZ, id=given)))


def test_an_id_that_nobody_guesses_recognises_a_create_from_any_connection() -> None:
    assert create_id("0123456789abcdef", connection=1) == create_id("0123456789abcdef", connection=2, request=9)


def test_a_short_id_recognises_a_create_only_from_the_same_connection() -> None:
    assert create_id("1", connection=1) == create_id("1", connection=1, request=9)
    assert create_id("1", connection=1) != create_id("1", connection=2)


def test_without_an_id_only_the_same_entry_appended_again_is_recognised() -> None:
    assert create_id(None, request=1) == create_id(None, request=1)
    assert create_id(None, request=1) != create_id(None, request=2)


def test_an_id_cannot_be_made_up_to_be_that_of_another_connection() -> None:
    assert create_id("gw/2:a very long id", connection=1) != create_id("a very long id"[:15], connection=2)
    assert not create_id_of(Command(LINK, 1, HOST, StartQuiz()))
