"""Commands to the partitions' streams, and the list of those that are still to be answered.

The order of each connection's commands is kept.
Exactly one reply per command: it is taken from the list by its reply or, after some seconds, by
`unavailable`. A command is appended again when its reply may have been lost; the engine recognises it.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from msgspec import UNSET

from gateway.appender import Appender
from gateway.connection import Connection
from gateway.limits import Limits
from gateway.subscriber import Subscriber
from gateway.timing import Timing
from quickpoll.envelope import Command, ConnectionId, Disconnected, Identity, encode
from quickpoll.keys import partition_of
from quickpoll.metrics import GatewayFigures
from quickpoll.protocol import CreateSession, Error, ErrorCode, JoinSession, ResumeSession, Role, SessionCommand
from quickpoll.store.nodes import Nodes
from quickpoll.store.outage import Unreachable

RETRY_AFTER_MS: Final = 1000


@dataclass(slots=True)
class PendingCommand:
    """A command without its reply."""

    connection: Connection
    command: Command
    partition: int
    deadline: float
    """By the clock of the event loop."""
    enters: bool
    """Whether its reply may bind the connection."""
    held: str = ""
    """The session whose channel is held for it."""
    confirmed: asyncio.Future[None] | None = None
    """While it waits for that channel: done when the channel is subscribed."""
    appended: bool = False

    @property
    def key(self) -> tuple[int, int]:
        """Its connection and request."""
        return self.connection.number, self.command.request


class Relay:
    """Appends to streams for one gateway."""

    def __init__(
        self,
        nodes: Nodes,
        gateway: str,
        partitions: int,
        subscriber: Subscriber,
        base_url: Callable[[str], str],
        limits: Limits,
        figures: GatewayFigures,
        timing: Timing,
        away: Unreachable,
    ) -> None:
        """`base_url` gives the URL for others to join, from the one under which a host reached us."""
        self._timing = timing
        self._clock = asyncio.get_running_loop().time
        self._appender = Appender(nodes, partitions, timing, away)
        self._gateway = gateway
        self._partitions = partitions
        self._subscriber = subscriber
        self._base_url = base_url
        self._limits = limits
        self._figures = figures
        self._pending: dict[tuple[int, int], PendingCommand] = {}
        """By connection and request, oldest first."""
        self._waiting: dict[asyncio.Future[None], dict[tuple[int, int], PendingCommand]] = {}
        """Those that are appended when a channel is subscribed: one callback for each channel, however many wait."""
        self._refused: list[tuple[int, bytes]] = []
        """`Disconnected` that are to be appended again: partition and bytes."""
        self._waits = asyncio.Event()
        """Whether something of the two may have to be looked at again."""

    # -- commands ---------------------------------------------------------------------------

    def submit(
        self, connection: Connection, body: SessionCommand, identity: Identity | None, received_at: int, *, enters: bool
    ) -> None:
        """Relays a command that is allowed.

        Args:
            connection: which sent it.
            body: the command.
            identity: whom it acts as, or wants to resume as.
            received_at: when it came, in ms by Redis's clock.
            enters: whether it would give the connection its identity.
        """
        request = connection.seat.sent(body.id, enters=enters)
        # A host is answered with where others join. Players, who may all come back at once, are not.
        resumes_as_host = isinstance(body, ResumeSession) and identity is not None and identity.role is Role.HOST
        asks_address = isinstance(body, CreateSession) or resumes_as_host
        base_url = self._base_url(connection.base_url) if asks_address else ""
        sender = ConnectionId(self._gateway, connection.number)
        if isinstance(body, CreateSession):
            # The partition follows from the command's id, so that a repeat finds it from any gateway.
            partition = self._partition(body.id) if body.id else random.randrange(self._partitions)  # noqa: S311
            code = ""
        else:
            code = body.code if isinstance(body, JoinSession) else identity.code if identity else ""
            partition = self._partition(code)
        # Time that an answer spends waiting here is forgiven like the rest of its way.
        round_trip_ms = connection.round_trip.smallest_ms + self._appender.delay_ms(partition)
        command = Command(sender, request, identity, body, base_url, round_trip_ms, received_at)
        deadline = self._clock() + self._timing.reply_s
        pending = PendingCommand(connection, command, partition, deadline, enters)
        self._pending[pending.key] = pending
        self._waits.set()
        if enters and code:
            # Subscribed first, so that nothing published after the command was applied can be missed.
            pending.held = code
            confirmed = self._subscriber.hold(code)
            if not confirmed.done():
                self._append_when(confirmed, pending)
                return
        self._append_pending(pending)

    def take(self, connection: int, request: int) -> PendingCommand | None:
        """Takes a command from the list for its reply; None if it was answered before."""
        pending = self._pending.pop((connection, request), None)
        if pending:
            waited_s = self._clock() - pending.deadline + self._timing.reply_s
            self._figures.command_seconds.observe(waited_s)
            self._let_go(pending)
        return pending

    def __len__(self) -> int:
        """How many commands wait for their reply."""
        return len(self._pending)

    def waiting(self) -> set[int]:
        """The numbers of the connections that wait for a reply."""
        return {connection for connection, _ in self._pending}

    def append_again(self) -> None:
        """Redis can be reached (again): appends all unanswered commands, since their replies may have been lost."""
        self._appender.reached()
        for pending in self._pending.values():
            if pending.appended:
                self._append_pending(pending)
        self._append_refused()

    def disconnected(self, connection: int, identity: Identity) -> None:
        """Says that a connection no longer acts as `identity`; tried until Redis takes it."""
        partition = self._partition(identity.code)
        data = encode(Disconnected(ConnectionId(self._gateway, connection), identity))
        self._append_disconnected(partition, data)

    # -- appending --------------------------------------------------------------------------

    async def run(self) -> None:
        """Appends what is queued, until it is cancelled."""
        await self._appender.run()

    async def sweep(self) -> None:
        """Answers `unavailable` to what has waited too long, until it is cancelled; it sleeps while nothing waits."""
        while True:
            await self._waits.wait()
            await asyncio.sleep(self._timing.expire_every_s)
            self._expire(self._clock())
            self._append_refused()
            if not self._pending and not self._refused:
                self._waits.clear()

    async def flush(self, seconds: float) -> None:
        """Returns when everything queued was tried once, or after so many seconds."""
        await self._appender.flush(seconds)

    def close(self) -> None:
        """Ends its connections; `run` must have been cancelled."""
        self._appender.close()

    def _append_when(self, confirmed: asyncio.Future[None], pending: PendingCommand) -> None:
        pending.confirmed = confirmed
        waiting = self._waiting.get(confirmed)
        if waiting is None:
            waiting = self._waiting[confirmed] = {}
            confirmed.add_done_callback(self._append_waiting)
        waiting[pending.key] = pending

    def _append_waiting(self, confirmed: asyncio.Future[None]) -> None:
        for pending in self._waiting.pop(confirmed).values():
            pending.confirmed = None
            self._append_pending(pending)

    def _append_pending(self, pending: PendingCommand) -> None:
        if pending.key in self._pending:
            pending.appended = True
            self._appender.append(pending.partition, encode(pending.command), partial(self._not_stored, pending))

    def _append_disconnected(self, partition: int, data: bytes) -> None:
        self._appender.append(partition, data, lambda: self._try_again(partition, data))

    def _try_again(self, partition: int, data: bytes) -> None:
        self._refused.append((partition, data))
        self._waits.set()

    def _append_refused(self) -> None:
        refused, self._refused = self._refused, []
        for partition, data in refused:
            self._append_disconnected(partition, data)

    # -- without a reply --------------------------------------------------------------------

    def _expire(self, now: float) -> None:
        while self._pending:
            pending = next(iter(self._pending.values()))
            if pending.deadline > now:
                return
            self._give_up(pending)

    def _not_stored(self, pending: PendingCommand) -> None:
        if pending.key in self._pending:
            now = self._clock()
            self._limits.not_stored(pending.connection.address, pending.command.body, now)
            self._give_up(pending)

    def _give_up(self, pending: PendingCommand) -> None:
        if self.take(*pending.key):
            if pending.enters:
                pending.connection.seat.expired(pending.command.request)
            self._figures.messages_refused[ErrorCode.UNAVAILABLE] += 1
            pending.connection.send(unavailable(pending.command))

    def _let_go(self, pending: PendingCommand) -> None:
        if pending.confirmed:
            self._waiting[pending.confirmed].pop(pending.key)
        if pending.held:
            self._subscriber.release(pending.held)

    def _partition(self, text: str) -> int:
        return partition_of(text, self._partitions)


def unavailable(command: Command) -> Error:
    """The reply to a command that could not be stored, or whose reply did not come in time."""
    return Error(
        code=ErrorCode.UNAVAILABLE,
        message="the server cannot store this now; try again with the same id",
        retry_after_ms=RETRY_AFTER_MS,
        reply_to=command.body.id or UNSET,
    )
