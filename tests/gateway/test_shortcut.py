"""Frames as bytes; what a connection makes of them is in `test_connection.py`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from gateway.shortcut import PONG, TEXT, are_whole, short_frames


def masked(opcode: Opcode, content: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, content, fin).serialize(mask=True)


def test_texts_and_pongs_that_came_together_are_read_in_their_order() -> None:
    data = masked(Opcode.TEXT, b"one") + masked(Opcode.PONG, b"12345678") + masked(Opcode.TEXT, b"")
    assert short_frames(data) == [(TEXT, b"one"), (PONG, b"12345678"), (TEXT, b"")]
    assert short_frames(bytes.fromhex("8185 37fa213d 7f9f4d5158".replace(" ", ""))) == [
        (TEXT, b"Hello")
    ]  # RFC 6455, 5.7


@pytest.mark.parametrize(
    "data",
    [
        masked(Opcode.TEXT, b"x" * 126),
        masked(Opcode.TEXT, b"x", fin=False),
        masked(Opcode.CONT, b"x"),
        masked(Opcode.BINARY, b"x"),
        masked(Opcode.PING, b""),
        masked(Opcode.CLOSE, b"\x03\xe8"),
        Frame(Opcode.TEXT, b"unmasked").serialize(mask=False),
        b"\xc1" + masked(Opcode.TEXT, b"reserved bit")[1:],
        masked(Opcode.TEXT, b"and half of another") + masked(Opcode.TEXT, b"x" * 20)[:-1],
        masked(Opcode.TEXT, b"x")[:1],
    ],
)
def test_anything_else_is_left_to_the_parser(data: bytes) -> None:
    assert short_frames(data) is None
    assert short_frames(masked(Opcode.TEXT, b"before it") + data) is None


FRAMES = st.lists(
    st.tuples(st.sampled_from([Opcode.TEXT, Opcode.CONT, Opcode.BINARY]), st.integers(0, 70_000)),
    min_size=1,
    max_size=3,
)


@given(FRAMES, st.integers(0, 20))
def test_where_frames_end_is_known_for_any_length(frames: list[tuple[Opcode, int]], missing: int) -> None:
    data = b"".join(masked(opcode, bytes(size)) for opcode, size in frames)
    assert are_whole(data)
    cut = data[: len(data) - missing]
    assert are_whole(cut) == (len(cut) in _boundaries(frames))


def _boundaries(frames: list[tuple[Opcode, int]]) -> list[int]:
    sizes = [len(masked(opcode, bytes(size))) for opcode, size in frames]
    return [sum(sizes[:number]) for number in range(len(sizes) + 1)]
