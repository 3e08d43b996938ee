"""A small client of the protocol, for tests and as an example to write others by.

    async with QuizClient.connect("ws://127.0.0.1:8000/ws") as client:
        joined = await client.call(JoinSession(code="123456", name="Ada"))
        asked = await client.expect(NewQuestion)
        await client.until(asked.opens_at)
        elapsed_ms = await client.since(asked.opens_at)
        await client.call(SubmitAnswer(question=asked.question.index, answer=2, elapsed_ms=elapsed_ms))

It hides nothing: every message is kept as it came, and a lost connection is for the caller to resume.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar, cast
from uuid import uuid4

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from quickpoll.protocol import (
    ClientMessage,
    Error,
    ErrorCode,
    GetLog,
    ReplyMessage,
    Resumed,
    ResumeSession,
    ServerMessage,
    SyncClock,
    decode_message,
    encode_command,
)
from quickpoll.store.node import Trust, tls_context

TIMEOUT_S: Final = 5.0
CLOCK_SAMPLES: Final = 5

Message = TypeVar("Message", bound=ServerMessage)
Found = TypeVar("Found")


class CommandRefused(Exception):
    """A command was answered with `error`."""

    def __init__(self, error: Error) -> None:
        super().__init__(f"{error.code}: {error.message}")
        self.error = error
        self.code: ErrorCode = error.code


class Lost(Exception):
    """The connection ended before what was waited for came.

    `command` is the unanswered one, with its `id`: `resume`, then `call` it again.
    """

    def __init__(self, code: int, reason: str, command: ClientMessage[Any] | None) -> None:
        super().__init__(f"closed with {code} {reason}".rstrip())
        self.code = code
        self.reason = reason
        self.command = command


class QuizClient:
    """One client, on one connection at a time. Made by `QuizClient.connect`."""

    def __init__(self, url: str, origin: str | None = None) -> None:
        self.received: list[ServerMessage] = []
        """Every message of every connection, in order."""
        self._url = url
        self._origin = Origin(origin) if origin else None
        self._changed = asyncio.Condition()
        self._replies: dict[str, ServerMessage] = {}
        self._looked_at: dict[type[ServerMessage], int] = {}
        self._clock_ahead_ms: float | None = None
        self._over = True
        """Whether everything was read that the connection brought."""
        self._websocket: ClientConnection
        self._reader: asyncio.Task[None]

    @classmethod
    @asynccontextmanager
    async def connect(cls, url: str, *, origin: str | None = None) -> "AsyncIterator[QuizClient]":
        """Connects to `url` (`ws://host:port/ws`), and closes the connection at the end.

        Args:
            url: of the WebSocket.
            origin: what a page would send as its Origin; none by default.

        Raises:
            OSError: nobody listens there.
            websockets.exceptions.InvalidHandshake: the server refused.
        """
        client = cls(url, origin)
        await client._open()
        try:
            yield client
        finally:
            await client.close()

    async def call(self, command: ClientMessage[ReplyMessage], *, timeout_s: float = TIMEOUT_S) -> ReplyMessage:
        """Sends a command and returns its reply. A command without an `id` gets one.

        Raises:
            CommandRefused: the reply is an error.
            Lost: the connection ended before the reply.
            TimeoutError: no reply within `timeout_s`.
        """
        if command.id is None:
            command = msgspec.structs.replace(command, id=uuid4().hex)
        await self.send(command)
        key = str(command.id)
        reply = await self._wait(lambda: self._replies.pop(key, None), command, timeout_s)
        if isinstance(reply, Error):
            raise CommandRefused(reply)
        return cast("ReplyMessage", reply)

    async def send(self, command: ClientMessage[Any] | str | bytes) -> None:
        """Sends a command, or any text as it is (bytes: a binary frame), and waits for nothing."""
        try:
            if isinstance(command, str | bytes):
                await self._websocket.send(command)
            else:
                await self._websocket.send(encode_command(command), text=True)
        except ConnectionClosed:
            raise self._lost(None if isinstance(command, str | bytes) else command) from None

    async def log(self) -> str:
        """The log of the session that this client hosts, as the text of a file; raises as `call`."""
        texts: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await self.call(GetLog(cursor=cursor))
            texts.append(page.text)
            cursor = page.next_cursor
        return "".join(texts)

    async def expect(self, kind: type[Message], *, timeout_s: float = TIMEOUT_S) -> Message:
        """The next message of this type: the first that no earlier `expect` returned, arrived already or still to come.

        Raises:
            Lost: the connection ended before one came.
            TimeoutError: none within `timeout_s`.
        """

        def find() -> Message | None:
            start = self._looked_at.get(kind, 0)
            for index, message in enumerate(self.received[start:], start):
                if isinstance(message, kind):
                    self._looked_at[kind] = index + 1
                    return message
            self._looked_at[kind] = len(self.received)
            return None

        return await self._wait(find, kind, timeout_s)

    async def resume(self, token: str, *, remote: bool = False) -> Resumed:
        """Becomes the host or player of the token again, on a new connection if this one has ended.

        With `remote`, a host's second device beside the stage. Commands that had no reply are the caller's to
        `call` again, with the same `id`. Raises as `call`.
        """
        if self._reader.done():
            await self._open()
        return await self.call(ResumeSession(token=token, remote=remote))

    async def until(self, moment_ms: int) -> None:
        """Returns when the server's clock shows `moment_ms`."""
        await asyncio.sleep((moment_ms - await self.clock_ahead_ms()) / 1000 - time.time())

    async def since(self, moment_ms: int) -> int:
        """How many milliseconds ago the server's clock showed `moment_ms`; not below 0."""
        return max(0, round(time.time() * 1000 + await self.clock_ahead_ms() - moment_ms))

    async def clock_ahead_ms(self) -> float:
        """By how much the server's clock is ahead of `time.time()`, by the quickest ways of several samples."""
        if self._clock_ahead_ms is None:
            self._clock_ahead_ms = await self._measure_clock()
        return self._clock_ahead_ms

    async def closed(self, *, timeout_s: float = TIMEOUT_S) -> tuple[int, str]:
        """Waits until the connection has ended; its close code (1006 for none) and reason."""
        async with asyncio.timeout(timeout_s):
            await asyncio.shield(self._reader)
        return self._ending()

    async def drop(self) -> None:
        """Breaks the connection off without a word, as a network does."""
        self._websocket.transport.abort()
        await self._reader

    async def close(self) -> None:
        """Closes the connection; raises msgspec.DecodeError if the server had sent what is no message."""
        await self._websocket.close()
        await self._reader

    async def _open(self) -> None:
        # A proxy from the environment would stand between a test and its loopback server.
        self._websocket = await connect(
            self._url,
            origin=self._origin,
            compression=None,
            max_size=None,
            proxy=None,
            close_timeout=1,
            ssl=tls_context(Trust()) if self._url.startswith("wss") else None,
        )
        self._clock_ahead_ms = None
        self._over = False
        self._reader = asyncio.create_task(self._read(self._websocket))

    async def _read(self, websocket: ClientConnection) -> None:
        try:
            while True:
                message = decode_message(await websocket.recv(decode=False))
                self.received.append(message)
                if isinstance(message.reply_to, str):
                    self._replies[message.reply_to] = message
                async with self._changed:
                    self._changed.notify_all()
        except ConnectionClosed:
            pass
        finally:
            await websocket.close()
            self._over = True
            async with self._changed:
                self._changed.notify_all()

    async def _wait(self, find: Callable[[], Found | None], what: object, timeout_s: float) -> Found:
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                while (found := find()) is None:
                    if self._over:
                        raise self._lost(what if isinstance(what, ClientMessage) else None)
                    await self._changed.wait()
        except TimeoutError:
            last = [type(message).__name__ for message in self.received[-8:]]
            raise TimeoutError(f"waited {timeout_s} s for {what}; the last messages were {last}") from None
        return found

    def _ending(self) -> tuple[int, str]:
        return self._websocket.close_code or 1006, self._websocket.close_reason or ""

    def _lost(self, command: ClientMessage[Any] | None) -> Lost:
        return Lost(*self._ending(), command)

    async def _measure_clock(self) -> float:
        least, most = -math.inf, math.inf
        for _ in range(CLOCK_SAMPLES):
            clock = await self.call(SyncClock(t0=time.time() * 1000))
            least, most = max(least, clock.t2 - time.time() * 1000), min(most, clock.t1 - clock.t0)
        return (least + most) / 2
