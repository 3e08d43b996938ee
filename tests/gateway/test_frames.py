"""A Step as WebSocket bytes."""

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.protocol import State
from websockets.uri import parse_uri

from gateway.frames import StepFrames, text_frame
from quickpoll.envelope import Audience, CloseAll, CloseOne, ConnectionId, Item, Personal, Shared, Step, encode_personal
from quickpoll.protocol import Role


def texts(data: bytes) -> list[bytes]:
    """What a client reads from these bytes."""
    client = ClientProtocol(parse_uri("ws://h/"), state=State.OPEN, max_size=None)
    client.receive_data(data)
    return [bytes(event.data) for event in client.events_received() if isinstance(event, Frame)]


def shared(audience: Audience, seq: int, text: bytes) -> Shared:
    return Shared(audience, seq, text)


def personal(*parts: tuple[int, bytes], gateway: str = "here") -> Personal:
    return Personal({gateway: encode_personal(parts)})


def frames(*items: Item) -> StepFrames:
    return StepFrames(Step(1, 1, items), "here")


def test_a_short_text_is_framed_as_the_rfc_says() -> None:
    assert text_frame(b"Hello") == b"\x81\x05Hello"


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 1_000_000])
def test_a_text_of_any_length_is_read_by_a_client(size: int) -> None:
    assert texts(text_frame(b"x" * size)) == [b"x" * size]


def test_each_role_gets_what_is_for_it_in_order() -> None:
    step = frames(
        shared(Audience.ALL, 1, b"all"),
        shared(Audience.HOST, 0, b"host"),
        shared(Audience.PLAYERS, 0, b"players"),
        shared(Audience.ALL, 2, b"last"),
    )
    assert texts(step.cut(Role.HOST).common) == [b"all", b"host", b"last"]
    assert texts(step.cut(Role.PLAYER).common) == [b"all", b"players", b"last"]


def test_a_personal_message_stands_between_the_shared_ones() -> None:
    step = frames(
        shared(Audience.ALL, 1, b"before"), personal((7, b"mine"), (8, b"yours")), shared(Audience.ALL, 2, b"after")
    )
    assert texts(step.cut(Role.PLAYER).bytes_for(7)) == [b"before", b"mine", b"after"]
    assert texts(step.cut(Role.PLAYER).bytes_for(9)) == [b"before", b"after"]


def test_personal_messages_of_other_gateways_are_not_opened() -> None:
    elsewhere = Personal({"elsewhere": encode_personal(((7, b"theirs"),))})
    assert frames(elsewhere).cut(Role.PLAYER).bytes_for(7) == b""


def test_connections_without_a_personal_message_share_the_same_bytes() -> None:
    cut = frames(shared(Audience.ALL, 1, b"a"), personal((7, b"mine")), shared(Audience.ALL, 2, b"b")).cut(Role.PLAYER)
    assert cut.bytes_for(1) is cut.bytes_for(2)


def test_broadcasts_that_were_seen_are_left_out() -> None:
    step = frames(
        shared(Audience.ALL, 4, b"seen"), shared(Audience.ALL, 0, b"unnumbered"), shared(Audience.ALL, 5, b"new")
    )
    assert texts(step.cut(Role.PLAYER, 4).common) == [b"unnumbered", b"new"]


def test_only_what_may_be_dropped_is_left_out_for_a_connection_that_is_behind() -> None:
    step = frames(
        Shared(Audience.PLAYERS, 0, b"count", droppable=True),
        Shared(Audience.PLAYERS, 0, b"unnumbered"),
        Shared(Audience.HOST, 0, b"roster"),
        Shared(Audience.PLAYERS, 3, b"host_left"),
    )
    assert texts(step.cut(Role.PLAYER, lean=True).common) == [b"unnumbered", b"host_left"]
    assert texts(step.cut(Role.HOST, lean=True).common) == [b"roster"]


def test_the_end_of_a_session_is_told_apart() -> None:
    assert frames(shared(Audience.ALL, 1, b"x")).close_of(7) is None
    assert frames(CloseAll(4500, "over")).close_of(7) == (4500, "over", b"")


def test_a_connection_that_closes_alone_has_a_last_frame() -> None:
    step = frames(
        CloseOne(ConnectionId("here", 7), 4501, "kicked", b"bye"),
        CloseOne(ConnectionId("elsewhere", 8), 4501, "kicked"),
    )
    assert step.close_of(7) == (4501, "kicked", text_frame(b"bye"))
    assert step.close_of(8) is None
