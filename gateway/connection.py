"""One WebSocket: the documented Sans-I/O layer of `websockets` behind one asyncio.Protocol.

No task per connection: bytes in are handled in the callback that brings them, bytes out never wait.
Promises: what is queued for a client never grows beyond a cap (then it is closed with 1013); a message
beyond its limit, a binary frame, invalid UTF-8 and every other violation ends in its close code and no
traceback; `Owner.closed` is called exactly once for each connection that was opened.
"""

import asyncio
import logging
import socket
import struct
import time
from http import HTTPStatus
from typing import Final, Protocol, cast

from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from gateway.admission import Admission
from gateway.frames import ping_frame, text_frame
from gateway.roundtrip import RoundTrip
from quickpoll.envelope import Identity
from quickpoll.protocol import (
    MAX_CREATE_SESSION_BYTES,
    MAX_MESSAGE_BYTES,
    CloseCode,
    ServerMessage,
    encode_message,
)

HANDSHAKE_TIMEOUT_S: Final = 10.0
CLOSE_TIMEOUT_S: Final = 5.0
# A page of some 100 KiB over a slow phone network.
RESPONSE_TIMEOUT_S: Final = 60.0
# With nothing heard for 20 s it is pinged; who says nothing for 20 s after a ping is gone.
PING_AFTER_S: Final = 20.0
GONE_AFTER_S: Final = 20.0
# Until it acts as somebody it has to say something: our pages ask for the clock every 10 s, every minute when hidden.
SILENT_S: Final = 90.0
# From the first byte of a message to its last: 1 MiB by a slow phone, and no byte now and then.
MESSAGE_TIMEOUT_S: Final = 60.0

# What waits for it does not become less for so long: it reads nothing, though it may well be sending.
STUCK_S: Final = 8.0

# Above the first mark a client misses counts that the next message supersedes, above the cap it is closed.
BEHIND_BYTES: Final = 64 * 1024
CAP_BYTES: Final = 256 * 1024

ABNORMAL: Final = 1006  # no close frame came or went (RFC 6455, section 7.1.5)
_NEVER: Final = float("inf")
# Its own lines say "connection open" for each client; its errors would be bugs.
_protocol_log: Final = logging.getLogger("gateway.websocket")
_protocol_log.setLevel(logging.ERROR)


class Owner(Protocol):
    """What a connection tells its server."""

    def made(self, connection: "Connection") -> None:
        """The TCP connection is there."""

    def requested(self, connection: "Connection", request: Request) -> None:
        """Its HTTP request: `accept` or `respond` follows, now or later."""

    def received(self, connection: "Connection", text: bytes) -> None:
        """One whole text message, valid UTF-8."""

    def holds_large(self, connection: "Connection") -> bool:
        """It has sent more than 64 KiB of a message that is not complete; whether it may. `lets_go` follows if so."""

    def lets_go(self, connection: "Connection") -> None:
        """It holds no large message any more."""

    def closed(self, connection: "Connection") -> None:
        """It was a WebSocket, and nothing can be sent to it any more."""

    def lost(self, connection: "Connection") -> None:
        """The TCP connection is gone."""


class Connection(asyncio.Protocol):
    """One client. `number` is unique in this gateway; `identity` is what it acts as."""

    __slots__ = (
        "_allowance",
        "_answered",
        "_begun_at",
        "_ends_at",
        "_fragments",
        "_is_large",
        "_owner",
        "_protocol",
        "_send",
        "_socket",
        "_spoke_at",
        "_stuck_at",
        "_transport",
        "_unread_bytes",
        "address",
        "admission",
        "base_url",
        "bound_seq",
        "bound_step",
        "entering",
        "heard_at",
        "identity",
        "is_clogged",
        "is_open",
        "number",
        "over_tls",
        "requests",
        "round_trip",
        "unclaimed",
    )

    def __init__(self, owner: Owner, number: int) -> None:
        now = time.monotonic()
        self._owner = owner
        self._protocol = ServerProtocol(max_size=MAX_CREATE_SESSION_BYTES, logger=_protocol_log)
        self._transport: asyncio.Transport = cast(asyncio.Transport, None)
        self._fragments: bytearray | None = None
        self._allowance = CAP_BYTES
        self._answered = False
        self._begun_at = _NEVER
        self._is_large = False
        self._spoke_at = now
        self._stuck_at = now
        self._unread_bytes = 0
        self._ends_at = now + HANDSHAKE_TIMEOUT_S
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
        self.requests = 0
        """How many commands of it were relayed."""
        self.round_trip = RoundTrip()
        self.entering: str | None = None
        """`request_id` of the command under way that would bind it."""
        self.identity: Identity | None = None
        self.unclaimed: Identity | None = None
        """What it was bound to by a reply that came too late to be handed on."""
        self.bound_seq = 0
        self.bound_step = 0

    # -- as its server sees it --------------------------------------------------------------

    def accept(self, request: Request) -> None:
        """Answers the opening handshake: 101, or the HTTP error that says what is wrong with it."""
        if self._protocol.eof_sent or self._transport.is_closing():  # bytes behind the request were no frames
            self._transport.abort()
            return
        response = self._protocol.accept(request)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self.respond(response)
            return
        self._protocol.send_response(response)
        self._ends_at = _NEVER
        self.is_open = True
        self._flush()
        self._ping(time.monotonic())

    def respond(self, response: Response) -> None:
        """Answers the request as HTTP, and ends."""
        self._answer(response.serialize())

    def bind(self, identity: Identity, seq: int, step: int) -> None:
        """From here on it acts as `identity`, and has seen its session up to there."""
        self.identity, self.bound_seq, self.bound_step = identity, seq, step
        self._protocol.max_message_size = MAX_MESSAGE_BYTES

    def unbind(self) -> None:
        """It acts as nobody any more."""
        self.identity = None
        self._protocol.max_message_size = MAX_CREATE_SESSION_BYTES

    @property
    def close_code(self) -> int:
        """How it ended, or is ending; 1006 without a word."""
        said = self._protocol.close_sent or self._protocol.close_rcvd
        return int(said.code) if said else ABNORMAL

    @property
    def is_behind(self) -> bool:
        """Whether it reads more slowly than it is written to."""
        return self.is_clogged and self._transport.get_write_buffer_size() > BEHIND_BYTES

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
        """Called every second or so: cuts what took too long, pings who has been silent or is to be measured."""
        if now > self._ends_at or (self.is_open and self._is_stuck(now)):
            self._reset()
        elif now - self._begun_at > MESSAGE_TIMEOUT_S:
            self.close(CloseCode.POLICY_VIOLATION, "a message took too long")
        elif self.identity is None and now - self._spoke_at > SILENT_S:
            self.close(CloseCode.POLICY_VIOLATION, "says nothing")
        elif self.is_open and now - self.heard_at > PING_AFTER_S:
            pinged_at = self.round_trip.pinged_at
            if pinged_at <= self.heard_at:
                self._ping(now)
            elif now - pinged_at > GONE_AFTER_S:
                self._transport.abort()
        elif self.is_open and self.round_trip.is_due(now):
            self._ping(now)

    def excuse(self, seconds: float) -> None:
        """So long it could not be heard, and is not to blame."""
        self.heard_at += seconds
        self._spoke_at += seconds
        self._begun_at += seconds
        self._stuck_at += seconds

    # -- as asyncio sees it -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(0)  # `pause_writing` as soon as a byte has to wait
        shared: socket.socket = transport.get_extra_info("socket")
        self._socket = socket.socket(shared.family, shared.type, shared.proto, shared.fileno())
        self._send = self._socket.send
        peer = transport.get_extra_info("peername")
        self.address = peer[0] if peer else ""  # none if it is gone already
        self._owner.made(self)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        if self._answered:
            return
        self.heard_at = time.monotonic()
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
        self._socket.detach()  # the transport closes it
        self._ended()
        self._owner.lost(self)

    # -- inside -----------------------------------------------------------------------------

    def _reset(self) -> None:
        """Cuts it so that the kernel, too, forgets what it has not sent: it would go on trying for minutes."""
        own: socket.socket | None = self._transport.get_extra_info("socket")
        if own and own.family in (socket.AF_INET, socket.AF_INET6):
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _is_stuck(self, now: float) -> bool:
        waiting = self._transport.get_write_buffer_size() if self.is_clogged else 0
        before, self._unread_bytes = self._unread_bytes, waiting
        if self._unread_bytes == 0 or self._unread_bytes < before:
            self._stuck_at = now
        return now - self._stuck_at > STUCK_S

    def _ping(self, now: float) -> None:
        self.write(ping_frame(self.round_trip.ping(now)))

    def _process(self) -> None:
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._owner.requested(self, event)
            elif isinstance(event, Frame) and self.is_open:
                self._frame(event)
        if self.is_open:
            self._flush()
            if self._protocol.state is not State.OPEN:
                self._ended()
            else:
                self._mind_incomplete()
        elif self._protocol.handshake_exc is not None:
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
        held = len(self._protocol.reader.buffer) + len(self._fragments or b"")
        if held == 0:
            self._begun_at = _NEVER
        elif self._begun_at == _NEVER:
            self._begun_at = self.heard_at
        if held <= MAX_MESSAGE_BYTES:
            self._let_go()
        elif not self._is_large:
            self._is_large = self._owner.holds_large(self)
            if not self._is_large:
                self.close(CloseCode.POLICY_VIOLATION, "too many large messages at once")
                self._transport.pause_reading()  # no byte more of it is taken in

    def _let_go(self) -> None:
        if self._is_large:
            self._is_large = False
            self._owner.lets_go(self)

    def _text(self, text: bytes) -> None:
        self._spoke_at, self._begun_at = self.heard_at, _NEVER
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
        self._ends_at = time.monotonic() + RESPONSE_TIMEOUT_S
        self._transport.write(response)
        self._write_eof()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if self._transport.is_closing():
                return
            if not data:
                self._write_eof()
            elif self._transport.get_write_buffer_size() > self._allowance + CAP_BYTES:  # pongs that nobody reads
                self._transport.abort()
            else:
                self._transport.write(data)

    def _write_eof(self) -> None:
        try:
            self._transport.write_eof()
        except OSError:  # reset since the write, as health checks do once they have read enough
            self._transport.abort()

    def _ended(self) -> None:
        if self.is_open:
            self.is_open = False
            self._fragments, self._begun_at = None, _NEVER
            self._let_go()
            self._ends_at = time.monotonic() + CLOSE_TIMEOUT_S
            self._owner.closed(self)
