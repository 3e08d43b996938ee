"""A WebSocket client that does as little as possible per message: thousands of them run in one process.

It reads what QuickPoll writes (unfragmented text frames without compression, and control frames) and
refuses everything else by closing. Whole messages go to a callback with the moment of their arrival.
"""

import asyncio
import time
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha1
from secrets import token_bytes
from typing import Final
from urllib.parse import urlsplit

from websockets.frames import Close, Frame, Opcode

from quickpoll.store.node import Trust, tls_context

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
MAX_MESSAGE_BYTES: Final = 16 * 1024 * 1024

Received = Callable[[bytes, int, float], None]
"""Called with a message, the bytes of its frame, and the seconds of `time.perf_counter()` at its arrival."""


def _masked(text: bytes) -> bytes:
    """A text frame whose masking key is zero: no work here, and the same as any other for the server."""
    size = len(text)
    if size < 126:
        return bytes((0x81, 0x80 | size, 0, 0, 0, 0)) + text
    if size < 65536:
        return b"\x81\xfe" + size.to_bytes(2) + b"\0\0\0\0" + text
    return b"\x81\xff" + size.to_bytes(8) + b"\0\0\0\0" + text


class WireError(Exception):
    """The server did not open the WebSocket."""


class Wire(asyncio.Protocol):
    """One connection. `ended` is done, with the close code, when it is over."""

    def __init__(self, host: str, path: str, received: Received) -> None:
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[int] = loop.create_future()
        self._received = received
        self._buffer = b""
        self._key = b64encode(token_bytes(16))
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {self._key.decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        self._transport: asyncio.Transport

    def send(self, text: bytes) -> None:
        """Sends one text message."""
        self._transport.write(_masked(text))

    def close(self, code: int = 1000) -> None:
        """Says goodbye and closes; does nothing on a closed connection."""
        if not self._transport.is_closing():
            self._end(code)
            self._transport.write(Frame(Opcode.CLOSE, Close(code, "").serialize()).serialize(mask=True))
            self._transport.close()

    def break_off(self) -> None:
        """Ends the connection without a word, as a network does."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request.encode())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Settles what still waits."""
        if not self.opened.done():
            self.opened.set_exception(WireError("the server closed the connection before it was open"))
            self.opened.exception()  # whoever waited for it may have given up
        self._end(1006)

    def data_received(self, data: bytes) -> None:
        """Hands out every message that is complete."""
        at = time.perf_counter()
        data = self._buffer + data if self._buffer else data
        self._buffer = data if self.opened.done() else self._handshake(data)
        if self.opened.done():
            self._frames(at)

    def _handshake(self, data: bytes) -> bytes:
        head, end, rest = data.partition(b"\r\n\r\n")
        if not end:
            return data
        accept = b64encode(sha1(self._key + _GUID).digest())  # noqa: S324  (RFC 6455)
        if head.startswith(b"HTTP/1.1 101 ") and accept in head:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(WireError(f"no WebSocket: {head.splitlines()[0].decode(errors='replace')}"))
            self._transport.close()
        return rest

    def _frames(self, at: float) -> None:
        data, start = self._buffer, 0
        while len(data) - start >= 2:
            length, body = data[start + 1], start + 2
            if length >= 126:
                body += 2 if length == 126 else 8
                if len(data) < body:
                    break
                length = int.from_bytes(data[start + 2 : body])
            end = body + length
            if length > MAX_MESSAGE_BYTES:
                self.close(1009)
                break
            if len(data) < end:
                break
            self._frame(data[start], data[body:end], end - start, at)
            start = end
        self._buffer = data[start:]

    def _frame(self, head: int, payload: bytes, size: int, at: float) -> None:
        if head == 0x80 | Opcode.TEXT:
            self._received(payload, size, at)
        elif head == 0x80 | Opcode.PING:
            self._transport.write(Frame(Opcode.PONG, payload).serialize(mask=True))
        elif head == 0x80 | Opcode.CLOSE:
            self._end(int.from_bytes(payload[:2]) if payload else 1005)
            self._transport.close()
        elif head != 0x80 | Opcode.PONG:
            self.close(1002)

    def _end(self, code: int) -> None:
        if not self.ended.done():
            self.ended.set_result(code)


async def open_wire(url: str, received: Received) -> Wire:
    """Connects to `url` (`ws://` or `wss://`).

    Raises:
        WireError: the server answered, but not with a WebSocket.
        OSError: it does not answer.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "wss"
    port = parts.port or (443 if secure else 80)
    loop = asyncio.get_running_loop()
    _, wire = await loop.create_connection(
        lambda: Wire(parts.netloc, parts.path or "/", received),
        parts.hostname or "",
        port,
        ssl=tls_context(Trust()) if secure else None,
    )
    await wire.opened
    return wire
