"""A client that says whatever it is told, and takes nothing from the server that is not of the protocol."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Final

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from quickpoll.protocol import (
    Clock,
    EndSession,
    Error,
    JoinSession,
    ResumeSession,
    SessionCreated,
    decode_message,
    encode_command,
)
from tests.fuzz.conversations import As, Fuzz

WITHIN_S: Final = 30.0
LAST: Final = "the last one"
_END: Final = Frame(Opcode.TEXT, encode_command(EndSession())).serialize(mask=True)
_LAST: Final = Frame(Opcode.TEXT, b'{"type":"sync_clock","t0":1,"id":"%s"}' % LAST.encode()).serialize(mask=True)
_numbers: Final = count()


@dataclass(frozen=True)
class Target:
    """The session that conversations are about."""

    url: str
    code: str
    host_token: str
    player_token: str
    player_id: str

    def fill_in(self, text: str) -> str:
        """A text with what a client of this session could know."""
        for name in ("code", "host_token", "player_token", "player_id"):
            text = text.replace("{" + name + "}", getattr(self, name))
        return text


class _Talk(asyncio.Protocol):
    """One connection. `done` is when it has ended, or the last command was answered."""

    def __init__(self, target: Target, frames: list[bytes], *, polite: bool) -> None:
        self._protocol = ClientProtocol(parse_uri(target.url), max_size=None)
        self._frames = frames
        self._polite = polite
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._protocol.send_request(self._protocol.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        try:
            self._protocol.receive_data(data)
            for event in self._protocol.events_received():
                if isinstance(event, Response):
                    assert event.status_code == 101, event
                    self._transport.write(b"".join(self._frames))
                    if not self._polite:
                        self._transport.write_eof()
                elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                    self._heard(bytes(event.data))
            assert self._protocol.parser_exc is None or isinstance(self._protocol.parser_exc, EOFError)
            self._flush()
        except Exception as error:
            self._finish(error)

    def connection_lost(self, exc: Exception | None) -> None:
        lost = self._protocol.close_rcvd is None and self._polite
        self._finish(AssertionError(f"cut off without a word: {exc}") if lost else None)

    def _heard(self, text: bytes) -> None:
        message = decode_message(text)
        if isinstance(message, SessionCreated):
            self._transport.write(_END)  # leaves nothing behind
        if isinstance(message, Clock | Error) and message.reply_to == LAST:
            self._finish()
            self._transport.abort()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data and not self._transport.is_closing():
                with suppress(RuntimeError):  # it has said its last word
                    self._transport.write(data)

    def _finish(self, error: Exception | None = None) -> None:
        if not self.done.done():
            if error:
                self.done.set_exception(error)
            else:
                self.done.set_result(None)


async def play(target: Target, fuzz: Fuzz) -> int:
    """Plays a conversation; returns how many frames it had.

    Raises:
        AssertionError: the gateway neither answered the last command nor closed with a code.
        msgspec.DecodeError: what it said is no message.
        TimeoutError: it said nothing any more.
    """
    entry = {
        As.NOBODY: [],
        As.PLAYER: [encode_command(JoinSession(code=target.code, name=f"p{next(_numbers)}"))],
        As.HOST: [encode_command(ResumeSession(token=target.host_token))],
    }[fuzz.as_]
    filled = Fuzz(fuzz.as_, tuple(map(target.fill_in, fuzz.texts)), fuzz.cuts, fuzz.pings, fuzz.ending)
    frames = [*(Frame(Opcode.TEXT, text).serialize(mask=True) for text in entry), *filled.frames]
    polite = not fuzz.ending
    if polite:
        frames.append(_LAST)
    uri = parse_uri(target.url)
    talk = _Talk(target, frames, polite=polite)
    transport, _ = await asyncio.get_running_loop().create_connection(lambda: talk, uri.host, uri.port)
    try:
        async with asyncio.timeout(WITHIN_S):
            await talk.done
    finally:
        transport.abort()
    return len(frames)
