"""One connection to one node of Redis: commands in, replies in order, pushes to a callback.

Promises: what is sent together goes out in one write, and nothing is sent twice; a call is answered within its
time, or the connection is closed, and everything that waits on it fails (it may have been done or not); a call
that was cancelled keeps its place in the order, so that no reply is taken for another's. A connection to a server that
has become a replica ends. There is no task and no lock in it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import hiredis

from quickpoll.store.node import Node

COMMAND_TIMEOUT_S: Final = 2.0
DEMOTED: Final = "READONLY"
"""The server is a replica now. The master may have the same address: only a new connection finds it."""

Command = tuple[Any, ...]
"""Its words: `str`, `bytes`, `int` or `float`; numbers are sent as text."""
Push = list[Any]
"""What Redis sends unasked: its kind, such as `smessage`, and what belongs to it."""


class StoreError(Exception):
    """Redis is away, or does not do what it was asked: either `LinkLost` or `Refusal`.

    Whatever talks to Redis raises nothing else because of Redis. Errors of the operating system and of libraries become
    a `LinkLost` here; an `OSError` from anywhere else is a bug of the program, and is reported as one.
    """


class LinkLost(StoreError):
    """There is no connection any more, or none could be made; a command sent on it may have been done or not."""


class Refusal(StoreError):
    """The error with which Redis answered a command: the command was not done."""

    @property
    def kind(self) -> str:
        """Its first word: `READONLY`, `MOVED`, `CLUSTERDOWN`, `LOADING`, `NOSCRIPT`, `OOM`, ..."""
        return str(self).partition(" ")[0]


@dataclass(slots=True)
class _Call:
    """Commands that were sent together, and what has come of them."""

    expected: int
    deadline: float
    done: "asyncio.Future[list[Any]] | None"
    """None: what was sent must not be refused, and nobody waits for it."""
    results: list[Any] = field(default_factory=list)


class RedisLink(asyncio.Protocol):
    """A connection that `open_link` has made."""

    def __init__(self, timeout_s: float = COMMAND_TIMEOUT_S, pushed: Callable[[Push], None] | None = None) -> None:
        """Builds it.

        Args:
            timeout_s: how long a call may take that says nothing else.
            pushed: gets what Redis sends unasked; must not raise.
        """
        self._timeout_s = timeout_s
        self._pushed = pushed
        self._loop = asyncio.get_running_loop()
        self._transport = cast(asyncio.Transport, None)
        self._reader = hiredis.Reader(replyError=Refusal, protocolError=LinkLost)
        self._calls: deque[_Call] = deque()
        self._alarm: asyncio.TimerHandle | None = None
        self._demotion: Refusal | None = None
        self.lost: asyncio.Future[Exception] = self._loop.create_future()
        """Done when the connection is gone, with the reason."""
        self.role = b""
        """The part that the server plays: `master`, or `replica`."""
        self.id = 0
        """The number under which Redis knows the connection."""

    @property
    def is_open(self) -> bool:
        """Whether it can be used."""
        return not self.lost.done()

    def call(self, commands: Sequence[Command], *, timeout_s: float | None = None) -> "asyncio.Future[list[Any]]":
        """Sends commands together; the future is the list of their replies, a `Refusal` where one was refused.

        It fails with `LinkLost` if the connection is gone before the last reply is there.
        """
        done: asyncio.Future[list[Any]] = self._loop.create_future()
        if not self.is_open:
            _fail(done, self.lost.result())
        elif not commands:
            done.set_result([])
        else:
            self._expect(len(commands), self._timeout_s if timeout_s is None else timeout_s, done)
            self._write(commands)
        return done

    def tell(self, commands: Sequence[Command]) -> None:
        """Sends what is answered by pushes alone: subscriptions.

        If Redis refuses one, the connection ends, and `lost` has the `Refusal`.
        """
        if self.is_open and commands:
            # A refusal comes as a reply where no other reply comes; the one to PING marks the place.
            self._expect(1, self._timeout_s, None)
            self._write([*commands, ("PING",)])

    def close(self) -> None:
        """Ends the connection; what waits for a reply fails."""
        self._end(LinkLost("closed by us"))

    # -- as asyncio sees it -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        self._reader.feed(data)
        try:
            while (reply := self._reader.gets()) is not False:
                if isinstance(reply, hiredis.PushNotification):
                    if self._pushed:
                        self._pushed(cast(Push, reply))
                elif self._calls:
                    self._answered(reply)
                else:
                    raise LinkLost(f"a reply that nobody waits for: {reply!r}")
        except StoreError as error:
            self._end(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop."""
        self._end(LinkLost(str(exc or "Redis has ended the connection")))

    # -- inside -----------------------------------------------------------------------------

    def _expect(self, replies: int, timeout_s: float, done: "asyncio.Future[list[Any]] | None") -> None:
        deadline = self._loop.time() + timeout_s
        self._calls.append(_Call(replies, deadline, done))
        if self._alarm is None:
            self._alarm = self._loop.call_at(deadline, self._look)

    def _write(self, commands: Sequence[Command]) -> None:
        self._transport.write(b"".join([hiredis.pack_command(command) for command in commands]))

    def _answered(self, reply: Any) -> None:
        call = self._calls[0]
        if call.done is None and isinstance(reply, Refusal):
            raise reply
        call.results.append(reply)
        if isinstance(reply, Refusal) and reply.kind == DEMOTED:
            self._demotion = reply
        if len(call.results) == call.expected:
            self._calls.popleft()
            if call.done and not call.done.done():
                call.done.set_result(call.results)
            if self._demotion:
                raise self._demotion

    def _look(self) -> None:
        """One alarm for all calls: after each it is set to the deadline of the oldest that waits then."""
        self._alarm = None
        if not self._calls:
            return
        if self._calls[0].deadline <= self._loop.time():
            self._end(LinkLost("no reply in time"))
        else:
            self._alarm = self._loop.call_at(self._calls[0].deadline, self._look)

    def _end(self, error: Exception) -> None:
        if self.lost.done():
            return
        self.lost.set_result(error)
        if self._transport:
            self._transport.abort()
        if self._alarm:
            self._alarm.cancel()
        for call in self._calls:
            if call.done and not call.done.done():
                _fail(call.done, error)
        self._calls.clear()


def _fail(done: "asyncio.Future[list[Any]]", reason: Exception) -> None:
    done.set_exception(LinkLost(str(reason)))
    done.exception()  # perhaps nobody looks at it: who asked was cancelled, or does not care


async def open_link(
    node: Node, *, timeout_s: float = COMMAND_TIMEOUT_S, pushed: Callable[[Push], None] | None = None
) -> RedisLink:
    """Connects, and enters with name and password.

    Args:
        node: where to, and how to enter.
        timeout_s: how long it may take, and each call after it.
        pushed: as for `RedisLink`.

    Raises:
        StoreError: nobody answers there in time, or Redis refuses the user, or accepts none yet (`LOADING`).
    """
    loop = asyncio.get_running_loop()
    link = RedisLink(timeout_s, pushed)
    try:
        async with asyncio.timeout(timeout_s):
            if node.path:
                await loop.create_unix_connection(lambda: link, node.path)
            else:
                await loop.create_connection(lambda: link, node.host, node.port, ssl=node.tls)
            link.id, link.role = await _enter(link, node)
    except (LinkLost, OSError, UnicodeError) as error:  # UnicodeError: the host is no name that DNS could know
        link.close()
        raise LinkLost(f"{node}: {error or 'no answer'}") from error
    except BaseException:
        link.close()
        raise
    return link


async def _enter(link: RedisLink, node: Node) -> tuple[int, bytes]:
    """Returns the number that Redis gave to the connection, and the part that the server plays."""
    hello: Command = ("HELLO", "3")
    if node.username or node.password:
        hello += ("AUTH", node.username or "default", node.password.encode(errors="surrogateescape"))
    commands: list[Command] = [hello, ("SELECT", node.db)] if node.db else [hello]
    replies = await link.call(commands)
    for reply in replies:
        if isinstance(reply, Refusal):
            raise reply
    try:
        return int(replies[0][b"id"]), replies[0].get(b"role", b"sentinel")
    except (TypeError, ValueError, LookupError):
        raise LinkLost(f"it does not speak RESP3: {replies[0]!r}") from None
