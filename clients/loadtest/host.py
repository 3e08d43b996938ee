"""The host of one session: sends commands, reads only their replies, and comes back when it was cut off."""

import asyncio
import time
from typing import Final
from uuid import uuid4

import msgspec

from clients.loadtest.wire import Wire, WireError, open_wire
from quickpoll.protocol import (
    AnyClientMessage,
    Clock,
    CreateSession,
    Error,
    ErrorCode,
    Ok,
    Resumed,
    ResumeSession,
    SessionCreated,
    SyncClock,
    encode_command,
)

PATIENCE_S: Final = 30.0
RETRY_S: Final = 0.5
CLOCK_SAMPLES: Final = 5
Reply = SessionCreated | Ok | Clock | Resumed | Error
_reply: Final = msgspec.json.Decoder(Reply)
_REPLIES: Final = tuple(b'{"type":"%s"' % kind for kind in (b"session_created", b"ok", b"clock", b"resumed", b"error"))


class Host:
    """One host. Lists of players and counts pass by unread: what they cost here would be measured as the server's."""

    def __init__(self, urls: tuple[str, ...], turn: int) -> None:
        self._urls = urls
        self._turn = turn
        self._wire: Wire | None = None
        self._token = ""
        self._replies: dict[str, asyncio.Future[Reply]] = {}

    async def create(self, command: CreateSession) -> str:
        """Opens a session; its code. Raises as `call`."""
        created = await self.call(command)
        assert isinstance(created, SessionCreated)  # noqa: S101  (the reply of this command)
        self._token = created.host_token
        return created.code

    async def clock_ahead_ms(self) -> float:
        """By how much the server's clock is ahead of `time.time()`, by the quickest of several samples."""
        samples = []
        for _ in range(CLOCK_SAMPLES):
            clock = await self.call(SyncClock(t0=time.time() * 1000))
            back = time.time() * 1000
            assert isinstance(clock, Clock)  # noqa: S101  (the reply of this command)
            samples.append((back - clock.t0, (clock.t1 + clock.t2 - clock.t0 - back) / 2))
        return min(samples)[1]

    async def call(self, command: AnyClientMessage) -> Reply:
        """Sends a command until it has a reply, with the same `id` on whichever connection; later if that is asked.

        Raises:
            ConnectionRefusedError: the reply is another error.
            WireError, OSError, TimeoutError: no connection, or no reply in time.
        """
        command = msgspec.structs.replace(command, id=uuid4().hex)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                wire = await self._connected()
                reply = await self._ask(wire, command)
                if not isinstance(reply, Error | None):
                    return reply
                if reply and reply.code not in (ErrorCode.UNAVAILABLE, ErrorCode.RATE_LIMITED):
                    raise ConnectionRefusedError(f"{reply.code}: {reply.message}")
                await asyncio.sleep((reply.retry_after_ms or 0) / 1000 if reply else RETRY_S)

    def close(self) -> None:
        """Ends the connection, if there is one."""
        if self._wire:
            self._wire.close()

    async def _connected(self) -> Wire:
        if self._wire and not self._wire.ended.done():
            return self._wire
        while True:
            try:
                self._wire = await open_wire(self._urls[self._turn % len(self._urls)], self._received)
                break
            except (OSError, WireError):
                if not self._token:
                    raise
                self._turn += 1
                await asyncio.sleep(RETRY_S)
        if self._token:
            await self._ask(self._wire, ResumeSession(id=uuid4().hex, token=self._token))
        return self._wire

    async def _ask(self, wire: Wire, command: AnyClientMessage) -> Reply | None:
        """The reply, or None when the connection ended before it."""
        waiting: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._replies[str(command.id)] = waiting
        wire.send(encode_command(command))
        try:
            await asyncio.wait((waiting, wire.ended), return_when=asyncio.FIRST_COMPLETED)
        finally:
            del self._replies[str(command.id)]
        return waiting.result() if waiting.done() else None

    def _received(self, text: bytes, _size: int, _at: float) -> None:
        if text.startswith(_REPLIES):
            reply = _reply.decode(text)
            waiting = self._replies.get(str(reply.reply_to))
            if waiting and not waiting.done():
                waiting.set_result(reply)
