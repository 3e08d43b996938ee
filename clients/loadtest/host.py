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
HostReply = SessionCreated | Ok | Clock | Resumed
_reply: Final = msgspec.json.Decoder(HostReply | Error)
_REPLIES: Final = tuple(b'{"type":"%s"' % kind for kind in (b"session_created", b"ok", b"clock", b"resumed", b"error"))


class Host:
    """One host. Lists of players and counts pass by unread: what they cost here would be measured as the server's."""

    def __init__(self, urls: tuple[str, ...], turn: int) -> None:
        self._urls = urls
        self._turn = turn
        self._wire: Wire | None = None
        self._token = ""
        self._replies: dict[str, asyncio.Future[HostReply | Error]] = {}

    async def create(self, command: CreateSession) -> str:
        """Opens a session; its code. Raises as `call`."""
        created = await self.call(command)
        assert isinstance(created, SessionCreated)
        self._token = created.host_token
        return created.code

    async def clock_ahead_ms(self) -> float:
        """By how much the server's clock is ahead of `time.time()`, by the quickest of several samples."""
        samples = []
        for _ in range(CLOCK_SAMPLES):
            clock = await self.call(SyncClock(t0=time.time() * 1000))
            back = time.time() * 1000
            assert isinstance(clock, Clock)
            samples.append((back - clock.t0, (clock.t1 + clock.t2 - clock.t0 - back) / 2))
        return min(samples)[1]

    async def call(self, command: AnyClientMessage) -> HostReply:
        """Sends a command until it has a reply, with the same `id` on whichever connection; later if that is asked.

        Raises:
            ConnectionRefusedError: the reply is another error.
            WireError, OSError, TimeoutError: no connection, or no reply in time.
        """
        command = msgspec.structs.replace(command, id=uuid4().hex)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                wire = await self._connected()
                if reply := await self._ask(wire, command):
                    return reply

    def close(self) -> None:
        """Ends the connection, if there is one."""
        if self._wire:
            self._wire.close()

    async def _connected(self) -> Wire:
        """A connection on which the server knows this host, or any before the session is opened."""
        while self._wire is None or self._wire.ended.done():
            try:
                self._wire = await open_wire(self._urls[self._turn % len(self._urls)], self._received)
            except (OSError, WireError):
                if not self._token:
                    raise
                self._turn += 1
                await asyncio.sleep(RETRY_S)
                continue
            resume = ResumeSession(id=uuid4().hex, token=self._token)
            while self._token and not self._wire.ended.done() and not await self._ask(self._wire, resume):
                pass
        return self._wire

    async def _ask(self, wire: Wire, command: AnyClientMessage) -> HostReply | None:
        """The reply; None when there was none on this connection, or it shall be asked again, after a while."""
        waiting: asyncio.Future[HostReply | Error] = asyncio.get_running_loop().create_future()
        self._replies[str(command.id)] = waiting
        wire.send(encode_command(command))
        try:
            await asyncio.wait((waiting, wire.ended), return_when=asyncio.FIRST_COMPLETED)
        finally:
            del self._replies[str(command.id)]
        if not waiting.done():
            await asyncio.sleep(RETRY_S)
            return None
        reply = waiting.result()
        if not isinstance(reply, Error):
            return reply
        if reply.code not in (ErrorCode.UNAVAILABLE, ErrorCode.RATE_LIMITED):
            raise ConnectionRefusedError(f"{reply.code}: {reply.message}")
        await asyncio.sleep((reply.retry_after_ms or 0) / 1000)
        return None

    def _received(self, text: bytes, _size: int, _at: float) -> None:
        if text.startswith(_REPLIES):
            reply = _reply.decode(text)
            waiting = self._replies.get(str(reply.reply_to))
            if waiting and not waiting.done():
                waiting.set_result(reply)
