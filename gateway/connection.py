"""One WebSocket: the Sans-I/O layer of `websockets` behind one asyncio.Protocol.

Of that layer only what its reference documents is used, but for `reader.buffer` (`_unparsed_bytes` says what for).
No task per connection: bytes in are handled in the callback that brings them, bytes out never wait.
Promises: what is queued for a client never grows beyond a cap (then it is closed with 1013); a message
beyond its limit, a binary frame, invalid UTF-8 and every other violation ends in its close code and no
traceback; `ConnectionOwner.closed` is called exactly once for each connection that was opened.
"""

import asyncio
import logging
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, Protocol, cast

from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import SEND_EOF, State
from websockets.server import ServerProtocol

from gateway.admission import Admission
from gateway.frames import ping_frame, text_frame
from gateway.patience import Due, Patience
from gateway.roundtrip import RoundTrip
from gateway.seat import Seat
from gateway.timing import DEFAULT, Timing
from quickpoll.protocol import (
    MAX_CREATE_SESSION_BYTES,
    MAX_MESSAGE_BYTES,
    CloseCode,
    ServerMessage,
    encode_message,
)

# Above the first mark a client misses what the next message supersedes, above the cap it is closed.
BEHIND_BYTES: Final = 64 * 1024
CAP_BYTES: Final = 256 * 1024

# Codes that no frame carries (RFC 6455, section 7.1.5).
NO_STATUS: Final = 1005
ABNORMAL: Final = 1006
# Its own lines say "connection open" for each client; its errors would be bugs.
_protocol_log: Final = logging.getLogger("gateway.websocket")
_protocol_log.setLevel(logging.ERROR)


class ConnectionOwner(Protocol):
    """What a connection tells its server."""

    def made(self, connection: "Connection") -> None:
        """The TCP connection is there."""

    def requested(self, connection: "Connection", request: Request) -> None:
        """Its HTTP request: `accept` or `respond` follows, now or later."""

    def received(self, connection: "Connection", text: bytes) -> None:
        """One whole text message, valid UTF-8."""

    def holds_large(self, connection: "Connection") -> bool:
        """Whether it may send more than 64 KiB of a message that is not complete yet; `lets_go` follows if so."""

    def lets_go(self, connection: "Connection") -> None:
        """It holds no large message any more."""

    def closed(self, connection: "Connection") -> None:
        """It was a WebSocket, and nothing can be sent to it any more."""

    def lost(self, connection: "Connection") -> None:
        """The TCP connection has ended."""


def _send_nothing(_: bytes) -> int:
    """Where there is no socket, as in a simulated network, the transport sends everything."""
    return 0


class Connection(asyncio.Protocol):
    """One client. `number` is unique in this gateway; `seat` says whom it acts as."""

    __slots__ = (
        "_allowance",
        "_answered",
        "_asked",
        "_clock",
        "_fragments",
        "_owner",
        "_patience",
        "_protocol",
        "_send",
        "_socket",
        "_transport",
        "address",
        "admission",
        "base_url",
        "close_code",
        "heard_at",
        "holds_large_message",
        "is_clogged",
        "is_open",
        "number",
        "over_tls",
        "round_trip",
        "seat",
    )

    def __init__(self, owner: ConnectionOwner, number: int, timing: Timing = DEFAULT) -> None:
        self._clock = asyncio.get_running_loop().time
        now = self._clock()
        self._owner = owner
        self._protocol = ServerProtocol(max_size=MAX_CREATE_SESSION_BYTES, logger=_protocol_log)
        self._transport: asyncio.Transport = cast(asyncio.Transport, None)
        self._patience = Patience(timing, now)
        self._socket: socket.socket | None = None
        self._send: Callable[[bytes], int] = _send_nothing
        self._fragments: bytearray | None = None
        self._allowance = CAP_BYTES
        self._asked = False
        self._answered = False
        self.holds_large_message = False
        """Whether more than 64 KiB of a message have come that is not complete."""
        self.number = number
        self.admission = Admission(now)
        self.heard_at = now
        """When its last bytes came (monotonic seconds)."""
        self.address = ""
        """Of the client; until its request is read, of the peer."""
        self.over_tls = False
        self.base_url = ""
        """Where it reached us: `https://quiz.example`."""
        self.is_open = False
        self.is_clogged = False
        """Whether bytes wait to be sent."""
        self.close_code = ABNORMAL
        """How it ended, or is ending."""
        self.round_trip = RoundTrip()
        self.seat = Seat()

    # -- as its server sees it --------------------------------------------------------------

    def accept(self, request: Request) -> None:
        """Answers the opening handshake: 101, or the HTTP error that says what is wrong with it."""
        if self._transport.is_closing() or self._protocol.close_expected():  # bytes behind the request were no frames
            self._transport.abort()
            return
        response = self._protocol.accept(request)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self.respond(response)
            return
        self._protocol.send_response(response)
        self._patience.opened()
        self.is_open = True
        self._flush()
        self._ping(self._clock())

    def respond(self, response: Response) -> None:
        """Answers the request as HTTP, and ends."""
        self._answer(response.serialize())

    @property
    def is_behind(self) -> bool:
        """Whether it reads more slowly than it is written to."""
        return self.unsent_bytes > BEHIND_BYTES

    @property
    def unsent_bytes(self) -> int:
        """How much waits to be sent."""
        return self._transport.get_write_buffer_size() if self.is_clogged else 0

    def send(self, message: ServerMessage) -> None:
        """Sends one message."""
        self.write(text_frame(encode_message(message)))

    def write(self, frames: bytes) -> None:
        """Writes whole frames at once, or closes it with 1013 if it has left too many unread."""
        if not self.is_open:
            return
        if not self.is_clogged:
            # The transport would do the same, for a fifth of what the whole write costs.
            try:
                sent = self._send(frames)
            except OSError:  # the socket is full, or the transport will find out what is wrong
                sent = 0
            if sent == len(frames):
                return
            frames = frames[sent:]
        waiting = self._transport.get_write_buffer_size()
        if waiting > self._allowance:
            self.close(CloseCode.TOO_SLOW, "reads too slowly")
            return
        if waiting <= BEHIND_BYTES:
            # A host's whole session may be larger than the cap: until it has gone out, more may wait behind it.
            self._allowance = CAP_BYTES + len(frames)
        self._transport.write(frames)

    def close(self, code: int, reason: str = "") -> None:
        """Starts the closing handshake; the client has some seconds for its part, then the TCP connection is cut."""
        if not self.is_open:
            return
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason[:40])  # a close frame holds 123 bytes (RFC 6455, section 5.5)
        self._flush()
        self._ended()

    def abort(self) -> None:
        """Cuts the TCP connection."""
        self._transport.abort()

    def sweep(self, now: float) -> None:
        """Called every second or so: cuts what took too long, pings a client that is silent or is to be measured."""
        due = self._patience.due(
            now,
            heard_at=self.heard_at,
            is_open=self.is_open,
            is_nobody=self.seat.identity is None,
            unsent_bytes=self.unsent_bytes,
            round_trip=self.round_trip,
        )
        match due:
            case Due.PING:
                self._ping(now)
            case Due.TOO_LONG | Due.SILENT:
                self.close(CloseCode.POLICY_VIOLATION, due.value)
            case Due.GONE:
                self._transport.abort()
            case Due.OVERDUE:
                self._reset()

    def excuse(self, seconds: float) -> None:
        """The gateway did not listen for this many seconds, so no limit counts them against the client."""
        self.heard_at += seconds
        self._patience.excuse(seconds)

    # -- as asyncio sees it -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(0)  # `pause_writing` as soon as a byte has to wait
        shared: socket.socket | None = transport.get_extra_info("socket")
        if shared:
            self._socket = socket.socket(shared.family, shared.type, shared.proto, shared.fileno())
            self._send = self._socket.send
        peer = transport.get_extra_info("peername")
        self.address = peer[0] if peer else ""  # none if it is gone already
        self._owner.made(self)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        if self._answered:
            return
        self.heard_at = self._clock()
        self._protocol.receive_data(data)
        self._process()

    def pause_writing(self) -> None:
        """Called by the event loop."""
        self.is_clogged = True

    def resume_writing(self) -> None:
        """Called by the event loop."""
        self.is_clogged = False

    def eof_received(self) -> None:
        """Called by the event loop, which closes the transport then."""
        if self.is_open:
            self._protocol.receive_eof()
            self._process()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop."""
        del exc  # how it was lost makes no difference
        if self._socket:
            self._socket.detach()  # the transport closes it
        self._ended()
        self._owner.lost(self)
        vars(self._protocol).clear()  # its parser refers back to it: without the circle no garbage collection is needed

    # -- inside -----------------------------------------------------------------------------

    def _reset(self) -> None:
        """Cuts it so that the kernel, too, forgets what it has not sent: it would go on trying for minutes."""
        shared: socket.socket | None = self._transport.get_extra_info("socket")
        if shared and shared.family in (socket.AF_INET, socket.AF_INET6):
            shared.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _ping(self, now: float) -> None:
        self.write(ping_frame(self.round_trip.ping(now)))

    def _process(self) -> None:
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._asked = True
                self._owner.requested(self, event)
            elif isinstance(event, Frame) and self.is_open:
                self._frame(event)
        if self.is_open:
            self._flush()
            if self._protocol.state is not State.OPEN:
                self._ended()
            else:
                self._mind_incomplete()
        elif self._protocol.close_expected() and not self._asked:
            explanation = b"".join(self._protocol.data_to_send())
            refusal = self._protocol.reject(HTTPStatus.BAD_REQUEST, "This is no HTTP request without a body.\n")
            self._answer(explanation or refusal.serialize())
        elif self._protocol.state is not State.CONNECTING:
            self._flush()

    def _frame(self, frame: Frame) -> None:
        if frame.opcode is not Opcode.TEXT and self.admission.frame_floods(self.heard_at):
            self.close(CloseCode.POLICY_VIOLATION, "too many frames")
        elif frame.opcode is Opcode.PONG:
            self.round_trip.pong(bytes(frame.data), self.heard_at)
        elif frame.opcode is Opcode.BINARY:
            self.close(CloseCode.UNSUPPORTED_DATA, "messages are JSON in text frames")
        elif frame.opcode is Opcode.TEXT and frame.fin:
            self._text(bytes(frame.data))
        elif frame.opcode is Opcode.TEXT:
            self._fragments = bytearray(frame.data)
        elif frame.opcode is Opcode.PING and self._protocol.state is State.OPEN:
            self._flush()  # the pong, before the reply to a message that came together with the ping
        elif frame.opcode is Opcode.CONT and self._fragments is not None:
            self._fragments += frame.data
            if frame.fin:
                text, self._fragments = bytes(self._fragments), None
                self._text(text)

    def _mind_incomplete(self) -> None:
        """Looks after the part of a message that has come so far."""
        held = self._unparsed_bytes + len(self._fragments or b"")
        self._patience.holds(held, self.heard_at)
        if held <= MAX_MESSAGE_BYTES:
            self._let_go()
        elif self.seat.identity:
            self._close_too_big()
        elif not self.holds_large_message:
            self.holds_large_message = self._owner.holds_large(self)
            if not self.holds_large_message:
                self.close(CloseCode.POLICY_VIOLATION, "too many large messages at once")
                self._transport.pause_reading()  # no byte more of it is taken in

    @property
    def _unparsed_bytes(self) -> int:
        """What the library holds of an incomplete frame; without a limit on it a client could hold 1 MiB for a minute.

        Its reference does not name this buffer; `test_the_library_keeps_what_is_not_parsed_where_we_look` pins it.
        """
        return len(self._protocol.reader.buffer)

    def _close_too_big(self) -> None:
        self.close(CloseCode.MESSAGE_TOO_BIG, f"over {MAX_MESSAGE_BYTES} bytes")

    def _let_go(self) -> None:
        if self.holds_large_message:
            self.holds_large_message = False
            self._owner.lets_go(self)

    def _text(self, text: bytes) -> None:
        self._patience.spoke(self.heard_at)
        if len(text) > MAX_MESSAGE_BYTES and self.seat.identity:  # only a new session may be larger
            self._close_too_big()
            return
        try:
            text.decode()
        except UnicodeDecodeError as error:
            self.close(CloseCode.INVALID_DATA, f"{error.reason} at position {error.start}")
        else:
            self._owner.received(self, text)

    def _answer(self, response: bytes) -> None:
        if self._answered or self._transport.is_closing():
            return
        self._answered = True
        self._patience.answered(self._clock())
        self._transport.write(response)
        self._write_eof()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            self._note_close(data)
            if self._transport.is_closing():
                return
            if data == SEND_EOF:
                self._write_eof()
            elif self._transport.get_write_buffer_size() > self._allowance + CAP_BYTES:  # pongs that nobody reads
                self._transport.abort()
            else:
                self._transport.write(data)

    def _note_close(self, frames: bytes) -> None:
        """Notes the code of a close frame that goes out; the layer makes some of them itself."""
        if self.close_code == ABNORMAL and frames[:1] == b"\x88":
            self.close_code = int.from_bytes(frames[2:4], "big") if len(frames) > 3 else NO_STATUS

    def _write_eof(self) -> None:
        try:
            self._transport.write_eof()
        except OSError:  # reset since the write, as health checks do once they have read enough
            self._transport.abort()

    def _ended(self) -> None:
        if self.is_open:
            self.is_open = False
            self._fragments = None
            self._let_go()
            self._patience.closing(self._clock())
            self._owner.closed(self)
