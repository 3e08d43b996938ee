"""Commands to the partitions' streams, and the list of those that are still to be answered.

What arrives while a pipeline is under way goes into the next one; the order of each connection is kept.
Exactly one reply per command: it is taken from the list by its reply or, after some seconds, by
`unavailable`. A command is appended again when its reply may have been lost; the engine recognises it.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from msgspec import UNSET

from gateway.connection import Connection
from gateway.subscriber import Subscriber
from quickpoll.envelope import Command, Disconnected, Identity, Link, encode
from quickpoll.keys import ENTRY_FIELD, PartitionKeys, partition_of
from quickpoll.protocol import CreateSession, Error, ErrorCode, JoinSession, SessionCommand
from quickpoll.redis import UNAVAILABLE, Client

REPLY_TIMEOUT_S: Final = 5.0
RETRY_AFTER_MS: Final = 1000
SWEEP_EVERY_S: Final = 0.25
# Packing more at once would hold up the event loop for longer than a frame of a page lasts.
MAX_BATCH: Final = 250

_log: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class Pending:
    """A command without its reply. `held` is the session whose channel is held for it."""

    connection: Connection
    command: Command
    partition: int
    deadline: float
    enters: bool
    held: str = ""
    appended: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    stream: str
    data: bytes
    pending: Pending | None
    """None for `Disconnected`, which is appended until it succeeds."""


class Relay:
    """Appends to streams for one gateway."""

    def __init__(
        self, client: Client, gateway: str, partitions: int, subscriber: Subscriber, base_url: Callable[[str], str]
    ) -> None:
        """`base_url` gives the URL for others to join, from the one under which a host reached us."""
        self._client = client
        self._gateway = gateway
        self._partitions = [PartitionKeys(number) for number in range(partitions)]
        self._subscriber = subscriber
        self._base_url = base_url
        self._pending: dict[tuple[int, int], Pending] = {}
        """By connection and request, oldest first."""
        self._queue: list[_Entry] = []
        self._refused: list[_Entry] = []
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._settled = asyncio.Event()
        self._settled.set()

    # -- commands ---------------------------------------------------------------------------

    def submit(self, connection: Connection, body: SessionCommand, identity: Identity | None, *, enters: bool) -> None:
        """Relays a command that is allowed; `identity` is whom it acts as, or wants to resume as."""
        connection.requests += 1
        base_url = self._base_url(connection.base_url) if isinstance(body, CreateSession) else ""
        link = Link(self._gateway, connection.number)
        command = Command(link, connection.requests, identity, body, base_url)
        if isinstance(body, CreateSession):
            # By its id, so that the same command finds the same partition at every gateway.
            partition = self._partition(body.id) if body.id else random.randrange(len(self._partitions))  # noqa: S311
            code = ""
        else:
            code = body.code if isinstance(body, JoinSession) else identity.code if identity else ""
            partition = self._partition(code)
        deadline = asyncio.get_running_loop().time() + REPLY_TIMEOUT_S
        pending = Pending(connection, command, partition, deadline, enters)
        self._pending[connection.number, command.request] = pending
        self._settled.clear()
        if enters:
            connection.entering = body.id or ""
        if enters and code:
            # Subscribed first, so that nothing published after the command was applied can be missed.
            pending.held = code
            confirmed = self._subscriber.hold(code)
            if not confirmed.done():
                confirmed.add_done_callback(lambda _: self._append_pending(pending))
                return
        self._append_pending(pending)

    def take(self, connection: int, request: int) -> Pending | None:
        """Takes a command from the list for its reply; None if it was answered before."""
        pending = self._pending.pop((connection, request), None)
        if pending:
            self._let_go(pending)
        return pending

    def waiting(self) -> set[int]:
        """The numbers of the connections that wait for a reply."""
        return {connection for connection, _ in self._pending}

    def append_again(self) -> None:
        """Appends all unanswered commands again: their replies may have been lost."""
        for pending in self._pending.values():
            if pending.appended:
                self._append_pending(pending)
        self._queue += self._refused
        self._refused.clear()
        self._changed.set()

    def disconnected(self, connection: int, identity: Identity) -> None:
        """Says that a connection no longer acts as `identity`; tried until Redis takes it."""
        partition = self._partition(identity.code)
        data = encode(Disconnected(Link(self._gateway, connection), identity))
        self._append(_Entry(self._partitions[partition].stream, data, None))

    # -- appending --------------------------------------------------------------------------

    async def run(self) -> None:
        """Appends what is queued, for ever."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._queue:
                batch = self._queue[:MAX_BATCH]
                del self._queue[:MAX_BATCH]
                await self._append_batch(batch)
            self._idle.set()

    async def sweep(self) -> None:
        """Answers `unavailable` to what has waited too long, for ever."""
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            self._expire(asyncio.get_running_loop().time())
            if self._refused:
                self._queue += self._refused
                self._refused.clear()
                self._changed.set()

    async def flush(self, seconds: float) -> None:
        """Returns when everything queued was tried once, or after so many seconds."""
        await _within(seconds, self._idle)

    async def settled(self, seconds: float) -> None:
        """Returns when no command waits for its reply, or after so many seconds."""
        await _within(seconds, self._settled)

    def _append_pending(self, pending: Pending) -> None:
        if (pending.connection.number, pending.command.request) in self._pending:
            pending.appended = True
            self._append(_Entry(self._partitions[pending.partition].stream, encode(pending.command), pending))

    def _append(self, entry: _Entry) -> None:
        self._queue.append(entry)
        self._idle.clear()
        self._changed.set()

    async def _append_batch(self, batch: list[_Entry]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for entry in batch:
            pipeline.execute_command("XADD", entry.stream, "*", ENTRY_FIELD, entry.data)
        try:
            results = await pipeline.execute(raise_on_error=False)
        except UNAVAILABLE as error:
            results = [error] * len(batch)
        failed = [
            (entry, result) for entry, result in zip(batch, results, strict=True) if isinstance(result, Exception)
        ]
        if failed:
            _log.warning("%d of %d entries were not appended: %r", len(failed), len(batch), failed[0][1])
        for entry, _ in failed:
            if entry.pending is None:
                self._refused.append(entry)
            else:
                self._give_up(entry.pending)

    # -- without a reply --------------------------------------------------------------------

    def _expire(self, now: float) -> None:
        while self._pending:
            pending = next(iter(self._pending.values()))
            if pending.deadline > now:
                return
            self._give_up(pending)

    def _give_up(self, pending: Pending) -> None:
        if self.take(pending.connection.number, pending.command.request):
            pending.connection.send(unavailable(pending.command))

    def _let_go(self, pending: Pending) -> None:
        if pending.held:
            self._subscriber.release(pending.held)
        if pending.enters:
            pending.connection.entering = None
        if not self._pending:
            self._settled.set()

    def _partition(self, text: str) -> int:
        return partition_of(text, len(self._partitions))


def unavailable(command: Command) -> Error:
    """The reply to a command that could not be stored, or whose reply did not come in time."""
    return Error(
        code=ErrorCode.UNAVAILABLE,
        message="the server cannot store this now; try again with the same id",
        retry_after_ms=RETRY_AFTER_MS,
        reply_to=command.body.id or UNSET,
    )


async def _within(seconds: float, event: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
