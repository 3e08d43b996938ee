import asyncio

import pytest

from coordinator.batch.entries import create_id_of, read_streams, receive
from coordinator.batch.moments import Moments
from quickpoll.envelope import Command, ConnectionId, Disconnected, Entry, GatewayLost, Identity, Tick, encode
from quickpoll.keys import ENTRY_FIELD, pack_fields
from quickpoll.protocol import CreateSession, JoinSession, Role, StartQuiz
from quickpoll.store.link import RedisLink, Refusal
from quickpoll.store.nodes import open_node
from tests.coordinator.standin import QUIZ
from tests.redis_client import Client, node_of

LINK = ConnectionId("gw", 1)
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
    (received,) = receive(b"1700000000123-4", [ENTRY_FIELD, encode(entry)], Moments(None, 0, 0))
    assert (received.id, received.at) == ("1700000000123-4", 1700000000123)
    assert (received.entry, received.code) == (entry, code)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([ENTRY_FIELD, b"\x09new"], "UnknownFormat: format byte"),
        ([ENTRY_FIELD, b"\x01\xc1"], "DecodeError"),
        ([ENTRY_FIELD, b"\x01\x91\x63"], "ValidationError"),
        ([b"other", b"field"], "UnknownFormat"),
        ([b"other", b"field", ENTRY_FIELD, b"\x01\x91\x63"], "ValidationError"),
    ],
)
def test_an_entry_that_cannot_be_read_says_why(fields: list[bytes], reason: str) -> None:
    (received,) = receive(b"5-0", fields, Moments(None, 0, 0))
    assert received.entry is None
    assert reason in received.reason


def test_what_was_packed_together_has_the_same_id_and_time_and_each_is_read_by_itself() -> None:
    entries: list[Entry] = [Tick(), Disconnected(LINK, HOST), GatewayLost("gw")]
    packed = [encode(entries[0]), b"\x09new", encode(entries[1]), encode(entries[2])]
    received = receive(b"5-0", pack_fields(packed), Moments(None, 0, 0))
    assert [(one.id, one.at, one.entry) for one in received] == [
        ("5-0", 5, entries[0]),
        ("5-0", 5, None),
        ("5-0", 5, entries[1]),
        ("5-0", 5, entries[2]),
    ]


def create_id(given: str | None, connection: int = 1, request: int = 1) -> str:
    return create_id_of(Command(ConnectionId("gw", connection), request, None, CreateSession(quiz=QUIZ, id=given)))


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


async def test_entries_of_several_streams_come_in_one_read(link: RedisLink) -> None:
    entries = [("XADD", "one", f"{number}-0", "e", str(number)) for number in (1, 2, 3)]
    await link.call([*entries, ("XADD", "other", "7-0", "e", b"\x00\xff")])
    found = await read_streams(link, {"one": "1-0", "other": "0", "none": "0"}, count=1, block_ms=10)
    assert {name: [(i, list(fields)) for i, fields in entries] for name, entries in found.items()} == {
        "one": [(b"2-0", [b"e", b"2"])],
        "other": [(b"7-0", [b"e", b"\x00\xff"])],
    }
    assert await read_streams(link, {"none": "0"}, count=1, block_ms=1) == {}


async def test_a_read_that_waits_can_be_woken(link: RedisLink, redis_url: str) -> None:
    reading = asyncio.create_task(read_streams(link, {"none": "0"}, count=1, block_ms=60_000))
    other = await open_node(node_of(redis_url))
    while await other.call([("CLIENT", "UNBLOCK", link.id)]) == [0]:  # noqa: ASYNC110  (it may not wait yet)
        await asyncio.sleep(0)
    assert await reading == {}
    other.close()


async def test_a_read_that_redis_refuses_raises(redis: Client, redis_url: str) -> None:
    await redis.set("text", "no stream")
    link = await open_node(node_of(redis_url))
    with pytest.raises(Refusal, match="WRONGTYPE"):
        await read_streams(link, {"text": "0"}, count=1, block_ms=1)
    link.close()
