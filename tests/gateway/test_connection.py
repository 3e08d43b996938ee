"""One WebSocket: what the protocol demands, and what protects the gateway."""

import asyncio
import errno
import gc
import json
import logging
import random
from contextlib import suppress
from typing import Any

import pytest
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from gateway.connection import BEHIND_BYTES, CAP_BYTES, Connection
from gateway.limits import LARGE_MESSAGES_OF_AN_ADDRESS
from gateway.roundtrip import CONTENT_BYTES
from quickpoll.protocol import GetResults
from tests.gateway.standin import (
    CODE,
    QUIZ,
    WITHIN_S,
    House,
    Person,
    text,
    to_all,
    to_host,
    to_players,
    until,
    with_timing,
)


class Raw:
    """A TCP connection on which a test writes bytes by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    def frame(self, opcode: Opcode, data: bytes, *, fin: bool = True) -> None:
        self.write(Frame(opcode, data, fin).serialize(mask=True))

    async def ping(self) -> bytes:
        """Takes in a ping, which must be next; returns its content."""
        async with asyncio.timeout(WITHIN_S):
            first, size = await self.reader.readexactly(2)
            assert first == 0x80 | Opcode.PING
            return await self.reader.readexactly(size)

    async def until_closed(self) -> bytes:
        """All that comes until the gateway ends the connection; a close frame is answered by going."""
        heard = b""
        async with asyncio.timeout(WITHIN_S):
            with suppress(ConnectionResetError):
                while data := await self.reader.read(65_536):
                    heard += data
                    if b"\x88" in data and not self.writer.transport.is_closing():
                        self.writer.write_eof()
        self.writer.transport.abort()
        return heard


UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


async def raw(home: House) -> Raw:
    return Raw(*await asyncio.open_connection("127.0.0.1", home.gateway.port))


async def raw_socket(home: House) -> Raw:
    """After the opening handshake."""
    opened = await raw(home)
    opened.write(UPGRADE)
    head = await opened.reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101")
    assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
    assert b"Extensions" not in head
    assert len(await opened.ping()) == CONTENT_BYTES, "its round trip is measured from the start"
    return opened


def close_code(data: bytes) -> int:
    """The code of a close frame at the end of the stream; it has a short reason or none."""
    start = data.rindex(b"\x88")
    return int.from_bytes(data[start + 2 : start + 4], "big")


async def still_serves(home: House) -> bool:
    client = await home.client()
    return bool((await client.ask("sync_clock", t0=1))["type"] == "clock")


async def test_a_message_in_fragments_is_one_message(home: House) -> None:
    socket = await raw_socket(home)
    socket.frame(Opcode.TEXT, b'{"type":', fin=False)
    socket.frame(Opcode.PING, b"between")
    assert await socket.reader.readexactly(9) == b"\x8a\x07between"
    rest = '"sync_clock","t0":1,"ä":""}'.encode()
    middle_of_a_character = rest.index("ä".encode()) + 1
    socket.frame(Opcode.CONT, rest[:middle_of_a_character], fin=False)
    socket.frame(Opcode.CONT, rest[middle_of_a_character:])
    head = await socket.reader.readexactly(2)
    assert json.loads(await socket.reader.readexactly(head[1]))["type"] == "clock"
    socket.writer.transport.abort()


async def test_a_pong_comes_before_the_reply_to_what_came_after_its_ping(home: House) -> None:
    socket = await raw_socket(home)
    command, ping = Frame(Opcode.TEXT, b'{"type":"sync_clock","t0":1}'), Frame(Opcode.PING, b"now")
    socket.write(ping.serialize(mask=True) + command.serialize(mask=True))
    assert await socket.reader.readexactly(6) == b"\x8a\x03now\x81"
    socket.writer.transport.abort()


ASK = b'{"type":"sync_clock","t0":1}'


async def hear_clock(socket: Raw) -> None:
    head = await socket.reader.readexactly(2)
    assert json.loads(await socket.reader.readexactly(head[1]))["type"] == "clock"


async def arrives(home: House, socket: Raw, data: bytes) -> None:
    """Writes something, and returns when the gateway has it; it is the only client."""
    (its,) = home.connections
    heard_at = its.heard_at
    socket.write(data)
    await until(lambda: its.heard_at > heard_at)


@pytest.mark.parametrize("cut", [1, 3, 20])
async def test_frames_that_come_in_pieces_are_read_in_order(home: House, cut: int) -> None:
    socket = await raw_socket(home)
    frame = Frame(Opcode.TEXT, ASK).serialize(mask=True)
    for piece in (frame, frame[:cut], frame[cut:] + frame, frame + frame[:-cut], frame[-cut:], frame):
        await arrives(home, socket, piece)  # as a piece of its own
    for _ in range(6):
        await hear_clock(socket)
    socket.writer.transport.abort()


async def test_a_frame_together_with_the_request_and_half_of_the_next(home: House) -> None:
    socket = await raw(home)
    frame = Frame(Opcode.TEXT, ASK).serialize(mask=True)
    socket.write(UPGRADE + frame + frame[:7])
    await socket.reader.readuntil(b"\r\n\r\n")
    await socket.ping()
    await hear_clock(socket)
    socket.write(frame[7:] + frame)
    for _ in range(2):
        await hear_clock(socket)
    socket.writer.transport.abort()


async def test_a_short_text_between_fragments_is_a_violation(home: House) -> None:
    socket = await raw_socket(home)
    await arrives(home, socket, Frame(Opcode.TEXT, b'{"type":', False).serialize(mask=True))
    socket.frame(Opcode.TEXT, ASK)
    assert close_code(await socket.until_closed()) == 1002


async def test_what_comes_behind_a_message_that_ends_the_connection_is_not_heard(home: House) -> None:
    socket = await raw_socket(home)
    wrong = Frame(Opcode.TEXT, b"\xff").serialize(mask=True)
    socket.write(wrong + Frame(Opcode.TEXT, ASK).serialize(mask=True))
    heard = await socket.until_closed()
    assert close_code(heard) == 1007
    assert b"clock" not in heard


async def test_a_close_is_echoed_and_the_connection_ended(home: House) -> None:
    socket = await raw_socket(home)
    socket.frame(Opcode.CLOSE, b"\x03\xe8bye")
    assert await socket.until_closed() == b"\x88\x05\x03\xe8bye"
    await home.gone()


async def test_a_command_sent_just_before_the_close_counts(home: House) -> None:
    player = await home.player()
    await home.coordinator.command()
    await player.say("submit_answer", question=0, answer=1)
    await player.socket.close()
    assert (await home.coordinator.command()).body.__class__.__name__ == "SubmitAnswer"


VIOLATIONS: list[tuple[str, list[bytes], int]] = [
    ("a binary frame", [Frame(Opcode.BINARY, b"{}").serialize(mask=True)], 1003),
    ("invalid UTF-8", [Frame(Opcode.TEXT, b'"\xff"').serialize(mask=True)], 1007),
    ("a surrogate in UTF-8", [Frame(Opcode.TEXT, b'"\xed\xa0\x80"').serialize(mask=True)], 1007),
    ("an unmasked frame", [b"\x81\x02{}"], 1002),
    ("a reserved bit", [b"\xc1\x80\0\0\0\0"], 1002),
    ("a reserved opcode", [b"\x83\x80\0\0\0\0"], 1002),
    ("a continuation of nothing", [Frame(Opcode.CONT, b"{}").serialize(mask=True)], 1002),
    ("a new message within one", [Frame(Opcode.TEXT, b"{", False).serialize(mask=True)] * 2, 1002),
    ("a long ping", [b"\x89\xfe\x00\x7e\0\0\0\0" + b"x" * 126], 1002),
    ("a close code that nobody may send", [b"\x88\x82\0\0\0\0\x03\xed"], 1002),
    ("a close reason in no UTF-8", [b"\x88\x83\0\0\0\0\x03\xe8\xff"], 1007),
    ("a frame of an exabyte", [b"\x81\xff\x0f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"], 1009),
    (
        "too much in fragments",
        [
            Frame(Opcode.TEXT, b"x" * 600_000, False).serialize(mask=True),
            b"\x80\xff" + (600_000).to_bytes(8, "big") + b"\0\0\0\0",
        ],
        1009,
    ),
]


@pytest.mark.parametrize(("violation", "data", "code"), VIOLATIONS, ids=[name for name, _, _ in VIOLATIONS])
async def test_each_violation_ends_in_its_close_code_and_no_traceback(
    home: House, caplog: pytest.LogCaptureFixture, violation: str, data: list[bytes], code: int
) -> None:
    socket = await raw_socket(home)
    for part in data:
        socket.write(part)
    assert close_code(await socket.until_closed()) == code, violation
    assert await still_serves(home)
    assert caplog.text == ""


REQUESTS = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
    b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"y" * 10_000 + b"\r\n\r\n",
    b"GET / HTTP/9\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\n\r\n",
    b"\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
    b"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: h\r\n\r\nGET /livez HTTP/1.1\r\nHost: h\r\n\r\n",
    UPGRADE + b"GET / HTTP/1.1\r\n\r\n",
    UPGRADE + b"\x88\x80\0\0\0\0",
    UPGRADE.replace(b"GET", b"POST"),
    UPGRADE.replace(b"13", b"12"),
    UPGRADE.replace(b"dGhl", b"\xff\xfe"),
    UPGRADE.replace(b"Host: h", b"Host: h\r\nHost: i"),
    UPGRADE.replace(b"Upgrade\r\n", b"\xff,;\r\n"),
]


@pytest.mark.parametrize("request_bytes", REQUESTS)
async def test_no_request_however_odd_logs_a_traceback(
    home: House, caplog: pytest.LogCaptureFixture, request_bytes: bytes
) -> None:
    client = await raw(home)
    client.write(request_bytes)
    client.writer.write_eof()
    await client.until_closed()
    assert await still_serves(home)
    assert all(record.exc_info is None and record.levelno < logging.ERROR for record in caplog.records)


async def test_who_resets_the_connection_as_the_answer_arrives_is_gone_without_a_traceback(
    home: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As HAProxy's health checks do: between the write and its end.
    def reset(_transport: asyncio.Transport) -> None:
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    monkeypatch.setattr("asyncio.selector_events._SelectorSocketTransport.write_eof", reset)
    for path in (b"/livez", b"/readyz"):
        client = await raw(home)
        client.write(b"GET " + path + b" HTTP/1.1\r\nHost: h\r\n\r\n")
        await client.until_closed()
        await home.gone()
    gc.collect()  # an exception that nobody asked for is logged with the end of its task
    assert caplog.text == ""


async def test_a_request_that_is_none_is_told_so(home: House) -> None:
    client = await raw(home)
    client.write(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
    assert (await client.until_closed()).startswith(b"HTTP/1.1 400 ")


async def test_random_bytes_after_the_handshake_stop_nothing(home: House, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(7)
    for _ in range(100):
        socket = await raw_socket(home)
        for _ in range(chance.randrange(1, 4)):
            socket.write(bytes((chance.choice([0x81, 0x01, 0x80, 0x89, 0x8A, 0x88, chance.randrange(256)]),)))
            socket.write(chance.randbytes(chance.randrange(40)))
        socket.writer.write_eof()
        await socket.until_closed()
    await home.gone()
    assert caplog.text == ""


async def test_pings_without_end_are_a_flood(home: House) -> None:
    socket = await raw_socket(home)
    socket.write(Frame(Opcode.PING, b"").serialize(mask=True) * 3000)
    assert close_code(await socket.until_closed()) == 1008


async def test_fragments_without_end_are_a_flood(home: House) -> None:
    socket = await raw_socket(home)
    socket.frame(Opcode.TEXT, b"{", fin=False)
    socket.write(Frame(Opcode.CONT, b"", False).serialize(mask=True) * 3000)
    assert close_code(await socket.until_closed()) == 1008


@with_timing(handshake_s=0.2)
async def test_a_handshake_that_does_not_come_ends_the_connection(home: House) -> None:
    client = await raw(home)
    client.write(b"GET /ws HTTP/1.1\r\nX: ")
    assert await client.until_closed() == b""


@pytest.mark.parametrize(
    "violation",
    [
        pytest.param(Frame(Opcode.BINARY, b"x").serialize(mask=True), id="a binary frame"),
        pytest.param(b"\x81\x02{}", id="an unmasked frame"),
    ],
)
async def test_a_client_that_does_not_close_is_cut(home: House, violation: bytes) -> None:
    socket = await raw_socket(home)
    socket.write(violation)
    assert await socket.reader.readexactly(1) == b"\x88"
    await home.gone()
    socket.writer.transport.abort()


@with_timing(ping_after_s=0.2, gone_after_s=0.2)
async def test_who_is_silent_is_pinged_and_then_gone(home: House) -> None:
    socket = await raw_socket(home)
    (silent,) = home.connections
    socket.frame(Opcode.PONG, b"anything that is heard")
    assert len(await socket.ping()) == CONTENT_BYTES
    assert await socket.until_closed() == b""
    assert not silent.is_open


async def test_the_round_trip_is_that_of_the_pongs_to_its_own_pings(home: House) -> None:
    opened = await raw(home)
    opened.write(UPGRADE)
    await opened.reader.readuntil(b"\r\n\r\n")
    (its,) = home.connections
    content = await opened.ping()
    opened.frame(Opcode.PONG, b"not this one")
    its.round_trip.pinged_at -= 0.1  # the way
    opened.frame(Opcode.PONG, content)
    await until(lambda: its.round_trip.smallest_ms > 0)
    assert 100 <= its.round_trip.smallest_ms < 2000
    its.sweep(its.round_trip.due_at)
    opened.frame(Opcode.PONG, await opened.ping())
    await until(lambda: its.round_trip.smallest_ms < 100)
    opened.writer.transport.abort()


@with_timing(silent_s=0.5)
async def test_who_says_nothing_and_is_nobody_has_to_go(home: House) -> None:
    player = await home.player()
    nobody = await home.client()
    assert await nobody.closed() == (1008, "says nothing")
    assert (await player.ask("sync_clock", t0=1))["type"] == "clock"


@with_timing(message_s=0.2)
@pytest.mark.parametrize("fragments", [False, True])
async def test_a_message_that_comes_byte_by_byte_has_a_minute(home: House, fragments: bool) -> None:
    socket = await raw_socket(home)
    if fragments:
        socket.frame(Opcode.TEXT, b"{", fin=False)
    else:
        socket.write(b"\x81\xfe\x7f\xff\0\0\0\0")  # a text of 32 KiB
    heard = asyncio.create_task(socket.reader.readexactly(4))
    while not heard.done():
        if fragments:
            socket.frame(Opcode.CONT, b" ", fin=False)
        else:
            socket.write(b" ")
        await asyncio.wait([heard], timeout=0.02)
    assert close_code(await heard) == 1008
    socket.writer.transport.abort()


async def test_only_so_many_large_messages_are_held_until_they_are_complete(home: House) -> None:
    half = b"\x81\xff" + (500_000).to_bytes(8, "big") + b"\0\0\0\0" + b" " * 250_000
    first = [await raw_socket(home) for _ in range(LARGE_MESSAGES_OF_AN_ADDRESS)]
    for socket in first:
        socket.write(half)
    await until(lambda: sum(its.holds_large_message for its in home.connections) == LARGE_MESSAGES_OF_AN_ADDRESS)
    one_more = await raw_socket(home)
    one_more.write(half)
    assert close_code(await one_more.reader.readexactly(4)) == 1008
    one_more.writer.transport.abort()
    first[0].writer.transport.abort()  # gone: there is room again
    first[1].write(b" " * 250_000)  # complete, though no JSON: there is room again
    await until(lambda: sum(its.holds_large_message for its in home.connections) == LARGE_MESSAGES_OF_AN_ADDRESS - 2)
    host = await home.client()
    assert (await host.ask("create_session", quiz=QUIZ, padding="x" * 500_000))["type"] == "session_created"
    for socket in first:
        socket.writer.transport.abort()


async def test_who_answers_pings_stays(home: House) -> None:
    client = await home.client()
    (its,) = home.connections
    for _ in range(3):
        await until(lambda: its.round_trip.is_due(its.round_trip.due_at))  # the last ping is answered
        heard_at = its.heard_at
        its.sweep(its.round_trip.due_at)
        await until(lambda before=heard_at: its.heard_at > before)  # type: ignore[misc]
    assert its.is_open
    assert (await client.ask("sync_clock", t0=1))["type"] == "clock"


async def paused(home: House) -> tuple[Person, Connection]:
    """A player who has stopped reading."""
    player = await home.player()
    (its,) = home.connections
    player.socket.transport.pause_reading()
    return player, its


async def backlog(home: House, its: Connection, size: int) -> int:
    """Sends Steps until so much waits for the player; returns the number of the last."""
    seq = home.coordinator.seq
    while its.unsent_bytes < size:
        seq += 1
        await home.coordinator.step(to_all(seq, filler="x" * 20_000))
        await until(lambda: home.delivered == home.coordinator.last_step[CODE])
    return seq


async def test_who_is_behind_misses_counts_but_no_broadcast(home: House) -> None:
    player, its = await paused(home)
    seq = await backlog(home, its, BEHIND_BYTES + 1)
    await home.coordinator.step(to_players("lobby", player_count=1))
    await home.coordinator.step(to_players("answer_progress", answered=1), to_all(seq + 1, "last"))
    await until(lambda: home.delivered == seq + 2)
    player.socket.transport.resume_reading()
    heard = [await player.hear()]
    while heard[-1]["type"] != "last":
        heard.append(await player.hear())
    assert [message["seq"] for message in heard] == list(range(1, seq + 2))


async def test_the_slow_are_told_why(home: House) -> None:
    player, its = await paused(home)
    await backlog(home, its, CAP_BYTES + 20_000)
    await home.coordinator.step(to_all(home.coordinator.seq + 1))
    await until(lambda: not its.is_open)
    player.socket.transport.resume_reading()
    assert (await player.closed())[0] == 1013


@with_timing(stuck_s=0.3)
async def test_who_reads_nothing_at_all_is_gone_soon_however_little_waits_for_it(home: House) -> None:
    player, its = await paused(home)
    await backlog(home, its, 1)
    await until(lambda: not its.is_open)
    player.socket.transport.resume_reading()
    assert (await player.closed())[0] == 1006


async def test_a_large_session_in_a_reply_does_not_make_its_host_slow(home: House) -> None:
    host = await home.host()
    (its,) = home.connections
    host.socket.transport.pause_reading()
    while its.unsent_bytes < 1_000_000:  # more than the kernel takes
        its.write(b"\x8a\x7f" + (3_000_000).to_bytes(8, "big") + bytes(3_000_000))
    its.write(b"\x8a\x00")
    assert its.is_open


async def test_large_results_reach_a_host_who_reads_slowly_and_what_follows_them_too(home: House) -> None:
    host = await home.client(max_size=None)
    assert (await host.ask("create_session", quiz=QUIZ))["type"] == "session_created"
    (its,) = home.connections
    home.coordinator.answers = False
    host.socket.transport.pause_reading()
    await host.say("get_results", id="r")
    command = await home.coordinator.command()
    while not isinstance(command.body, GetResults):
        command = await home.coordinator.command()
    size = 16_000_000  # the largest is of some 4 MB; this one is more than the kernel takes
    await home.coordinator.reply(command, text("results", reply_to="r", filler="x" * size))
    await until(lambda: its.unsent_bytes > CAP_BYTES)
    await home.coordinator.step(to_all(1))
    await home.coordinator.step(to_host())
    await until(lambda: home.delivered == 2)
    host.socket.transport.resume_reading()
    assert len((await host.hear())["filler"]) == size
    assert [(await host.hear())["type"] for _ in range(2)] == ["news", "players_joined"]
    assert its.is_open


async def test_pongs_that_nobody_reads_do_not_pile_up(home: House) -> None:
    socket = await raw_socket(home)
    (its,) = home.connections
    socket.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is one that reads, too
    while its.unsent_bytes < CAP_BYTES:  # more than the kernel takes
        its.write(b"\x8a\x7d" + bytes(125))
    while its.is_open:
        socket.frame(Opcode.PING, b"x" * 125)
        await asyncio.sleep(0)
    await home.gone()
    socket.writer.transport.abort()


async def test_the_library_keeps_what_is_not_parsed_where_we_look() -> None:
    """Its reference does not name this buffer. Without it nobody is limited in how many large messages it holds."""
    protocol = ServerProtocol(state=State.OPEN)
    frame = Frame(Opcode.TEXT, b"x" * 1000).serialize(mask=True)
    protocol.receive_data(frame[:900])
    assert len(protocol.reader.buffer) == pytest.approx(900, abs=14)  # the head of the frame may have been taken
    protocol.receive_data(frame[900:])
    assert len(protocol.reader.buffer) == 0


async def test_a_connection_that_has_ended_is_freed_at_once(home: House) -> None:
    """The collector looks at old objects so seldom that hundreds of MiB would wait for it."""

    def parsers() -> int:
        return sum(type(one) is ServerProtocol for one in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = parsers()
        for end in (b"\x88\x80\0\0\0\0", b"\x81\x02{}", b"", b"\x88\x80\0\0\0\0"):
            socket = await raw_socket(home)
            socket.write(end)
            socket.writer.write_eof()
            await socket.until_closed()
            await home.gone()
        assert parsers() <= before + 1  # the last one may still be in the hands of a callback, or of the sweep
    finally:
        gc.enable()


def test_a_connection_keeps_its_own_attributes_in_slots() -> None:
    made: Any = Connection.__new__(Connection)
    with pytest.raises(AttributeError):
        made.something_else = 1
