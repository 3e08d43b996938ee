from typing import Any

import msgpack
import msgspec
import pytest

from quickpoll.envelope import (
    Audience,
    Binding,
    CloseAll,
    CloseOne,
    Command,
    ConnectionId,
    Disconnected,
    Entry,
    GatewayLost,
    Identity,
    Line,
    Personal,
    Replies,
    Reply,
    Shared,
    Step,
    Tick,
    UnknownFormat,
    decode_entry,
    decode_personal,
    decode_replies,
    decode_step,
    encode,
    encode_personal,
    sender_of_unreadable,
)
from quickpoll.protocol import Role, StartQuiz, SubmitAnswer

LINK = ConnectionId("gateway", 7)
PLAYER = Identity("123456", "nonce", Role.PLAYER, "p1")


@pytest.mark.parametrize(
    "entry",
    [
        Command(LINK, 3, PLAYER, SubmitAnswer(question=0, answer=1, id="mine")),
        Command(LINK, 1, None, StartQuiz()),
        Disconnected(LINK, PLAYER),
        GatewayLost("gateway"),
        Tick(),
    ],
)
def test_an_entry_comes_out_as_it_went_in(entry: Entry) -> None:
    assert decode_entry(encode(entry)) == entry


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            Command(LINK, 3, PLAYER, SubmitAnswer(question=0, answer=1, id="mine"), "https://x", 20, 1_700_000_000_000),
            [
                1,
                ["gateway", 7],
                3,
                ["123456", "nonce", "player", "p1"],
                {"type": "submit_answer", "question": 0, "answer": 1, "elapsed_ms": None, "locale": None, "id": "mine"},
                "https://x",
                20,
                1_700_000_000_000,
            ],
        ),
        (Disconnected(LINK, PLAYER), [2, ["gateway", 7], ["123456", "nonce", "player", "p1"]]),
        (GatewayLost("gateway"), [3, "gateway"]),
        (Tick(1_700_000_000_000), [4, 1_700_000_000_000]),
        (
            Replies((Reply(7, 3, b"{}", Binding(PLAYER, 5, 9, 41), unbind=True),), Line(41, "1-0", "2-0")),
            [[[7, 3, b"{}", [["123456", "nonce", "player", "p1"], 5, 9, 41], True]], [41, "1-0", "2-0"]],
        ),
        (
            Step(
                41,
                4,
                (
                    Shared(Audience.HOST, 5, b"{}"),
                    Personal({"gateway": encode_personal(((7, b"{}"),))}),
                    CloseAll(4500, "over"),
                    CloseOne(LINK, 4502, "elsewhere", b"{}"),
                ),
                "1-0",
            ),
            [
                41,
                4,
                [
                    [1, 2, 5, b"{}", False],
                    [2, {"gateway": [[7, b"{}"]]}],
                    [3, 4500, "over"],
                    [4, ["gateway", 7], 4502, "elsewhere", b"{}"],
                ],
                "1-0",
            ],
        ),
    ],
)
def test_another_reader_of_msgpack_finds_in_it_what_was_meant(message: Entry | Replies | Step, expected: Any) -> None:
    """`msgpack` knows nothing of our types; this is what version 1 of the format is, byte for byte."""
    data = encode(message)
    assert data[:1] == b"\x01"
    assert msgpack.unpackb(data[1:]) == expected


def test_of_a_command_that_cannot_be_read_the_sender_is_known() -> None:
    later = b"\x01" + msgpack.packb(
        [1, ["gateway", 7], 3, None, {"type": "dance", "id": "mine"}, "", 0, 0, "a new field"]
    )
    with pytest.raises(msgspec.ValidationError):
        decode_entry(later)
    assert sender_of_unreadable(later) == (LINK, 3, "mine")


@pytest.mark.parametrize(
    "parts", [[4], [1], [1, ["gateway", 7]], [1, ["gateway", "7"], 3, None, {}], [2, ["g", 7], []], 7]
)
def test_of_what_is_no_command_nobody_is_the_sender(parts: Any) -> None:
    assert sender_of_unreadable(b"\x01" + msgpack.packb(parts)) is None
    assert sender_of_unreadable(b"\x02" + msgpack.packb(parts)) is None


def test_replies_come_out_as_they_went_in() -> None:
    replies = Replies((Reply(7, 3, b'{"type":"ok"}', Binding(PLAYER, 5, 9)), Reply(8, 0, b"", unbind=True)))
    assert decode_replies(encode(replies)) == replies


def test_a_step_comes_out_as_it_went_in_with_each_gateways_part_still_closed() -> None:
    texts = ((7, b'{"a":1}'), (8, b'{"a":2}'))
    closes = (CloseOne(LINK, 4502, "elsewhere", b"{}"), CloseAll(4500, "over"))
    step = Step(9, 4, (Shared(Audience.ALL, 5, b"{}"), Personal({"gateway": encode_personal(texts)}), *closes))
    shared, personal, *ends = decode_step(encode(step)).items
    assert (shared, *ends) == (step.items[0], *closes)
    assert isinstance(personal, Personal)
    assert decode_personal(personal.by_gateway["gateway"]) == texts


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x02" + encode(Tick())[1:]])
def test_a_format_of_another_version_is_refused_by_name(data: bytes) -> None:
    for decode in (decode_entry, decode_replies, decode_step):
        with pytest.raises(UnknownFormat):
            decode(data)


NOT_UTF8 = b"\xa2\xff\xfe"
LISTS_IN_LISTS = b"\x91" * 100_000


@pytest.mark.parametrize(
    "data",
    [
        encode(GatewayLost("gateway"))[:-3],
        b"\x01\x92\x03" + NOT_UTF8,
        b"\x01\x93\x03\xa1g" + LISTS_IN_LISTS,
    ],
)
def test_damaged_bytes_are_an_error_that_can_be_caught(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_entry(data)


def test_a_damaged_delivery_is_the_same_error() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_step(b"\x01\x93\x09\x04\x91\x93\x03\xcd\x11\x94" + NOT_UTF8)


def test_fields_that_a_newer_version_appended_are_ignored() -> None:
    newer = b"\x01" + msgspec.msgpack.encode([3, "gateway", "a field that this version does not know"])
    assert decode_entry(newer) == GatewayLost("gateway")


def test_a_command_of_an_older_gateway_has_no_round_trip() -> None:
    command = Command(LINK, 3, PLAYER, SubmitAnswer(question=0, answer=1), round_trip_ms=80)
    fields = msgspec.msgpack.decode(encode(command)[1:])
    assert decode_entry(b"\x01" + msgspec.msgpack.encode(fields[:-2])) == msgspec.structs.replace(
        command, round_trip_ms=0
    )


def test_a_command_without_an_id_has_one_that_stays_when_it_is_appended_again() -> None:
    assert Command(LINK, 3, PLAYER, StartQuiz()).request_id == "gateway/7/3"
    assert Command(LINK, 3, PLAYER, StartQuiz(id="mine")).request_id == "mine"
