"""Who is in which session here, and what each gets.

Promises: the Steps of a session reach each of its connections here in order, none twice and none left
out (where that cannot be kept they are closed with 4000 and resume); a connection gets its part of a
Step in one write; after every 500 writes the event loop has a turn. Nothing here waits for a client.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from msgspec import Struct

from gateway.connection import Connection
from gateway.fanout import WRITES_PER_TURN, Fanout
from gateway.frames import StepFrames, text_frame
from gateway.limits import Limits
from gateway.relay import Pending, Relay, unavailable
from gateway.resync import UNREACHABLE, Position, Resync, Verdict, has_lost, judge
from gateway.subscriber import Subscriber
from quickpoll.envelope import Binding, Line, Reply, Shared, Step, UnknownFormat, decode_replies, decode_step
from quickpoll.metrics import GatewayFigures
from quickpoll.protocol import (
    CloseCode,
    CreateSession,
    JoinSession,
    ResumeSession,
    Role,
    SessionClosed,
    encode_message,
)

_log: Final = logging.getLogger(__name__)


class _Error(Struct):
    code: str = ""


_error_decoder: Final = msgspec.json.Decoder(_Error)


@dataclass(eq=False)
class Session:
    """A session that has connections here. `position` is the last Step accepted for delivery."""

    code: str
    position: Position
    line: Line | None = None
    """That of the last reply to one of its connections."""
    members: dict[Role, dict[int, Connection]] = field(default_factory=lambda: {Role.HOST: {}, Role.PLAYER: {}})
    seq: int = 0
    backlog: deque[Step] = field(default_factory=deque)
    delivering: bool = False

    @property
    def connections(self) -> list[Connection]:
        """Everyone's, the hosts' first."""
        return [*self.members[Role.HOST].values(), *self.members[Role.PLAYER].values()]


class Hub:
    """Connections of one gateway, and their sessions."""

    def __init__(
        self,
        gateway: str,
        relay: Relay,
        subscriber: Subscriber,
        resync: Resync,
        limits: Limits,
        figures: GatewayFigures,
    ) -> None:
        self._gateway = gateway
        self._limits = limits
        self._relay = relay
        self._subscriber = subscriber
        self._resync = resync
        self._figures = figures
        self._sessions: dict[str, Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections: dict[int, Connection] = {}
        """Open WebSockets, by number."""

    @property
    def session_count(self) -> int:
        """How many sessions have connections here."""
        return len(self._sessions)

    def count(self, role: Role) -> int:
        """How many connections act in this role."""
        return sum(len(session.members[role]) for session in self._sessions.values())

    # -- connections come and go ------------------------------------------------------------

    def opened(self, connection: Connection) -> None:
        """A WebSocket is open."""
        self.connections[connection.number] = connection

    def closed(self, connection: Connection) -> None:
        """A WebSocket is closed or closing; if it acted as somebody, the coordinator hears of it."""
        del self.connections[connection.number]
        for identity in {connection.identity, connection.unclaimed}:
            if identity:
                self._relay.disconnected(connection.number, identity)
        self._unbind(connection)

    def _bind(self, connection: Connection, binding: Binding) -> None:
        identity = binding.identity
        connection.bind(identity, binding.seq, binding.step)
        self._limits.entered(connection.address, identity.code, time.monotonic())
        self._subscriber.hold(identity.code)
        session = self._sessions.get(identity.code)
        if session is None:
            session = self._sessions[identity.code] = Session(identity.code, Position(binding.fence, binding.step))
        session.members[identity.role][connection.number] = connection
        session.seq = max(session.seq, binding.seq)
        if session.position.step < binding.step:
            self._resync.request(session.code, binding.step)
        elif session.position.step > binding.step:
            # Only when a resync was quicker than the reply. The reply itself still goes out before that.
            asyncio.get_running_loop().call_soon(connection.close, CloseCode.RESYNC, "resume")

    def _unbind(self, connection: Connection) -> None:
        identity = connection.identity
        if identity is None:
            return
        connection.unbind()
        session = self._sessions[identity.code]
        del session.members[identity.role][connection.number]
        if not any(session.members.values()):
            del self._sessions[identity.code]
        self._subscriber.release(identity.code)

    # -- replies ----------------------------------------------------------------------------

    def replies(self, data: bytes) -> None:
        """Delivers an encoded `Replies`."""
        said = decode_replies(data)
        for reply in said.replies:
            self._reply(reply, said.line)

    def _reply(self, reply: Reply, line: Line | None) -> None:
        connection = self.connections.get(reply.connection)
        pending = self._relay.take(reply.connection, reply.request)
        if pending and isinstance(pending.command.body, ResumeSession):
            self._figures.resumes["true" if reply.binding else "false"] += 1
        entered = reply.binding.identity if reply.binding else None
        if connection is None:
            if entered:
                self._relay.disconnected(reply.connection, entered)
        elif entered and (pending is None or connection.identity not in (None, entered)):
            # Answered before, or bound by another: that it was bound to this must be undone when it closes.
            if entered != connection.identity:
                connection.unclaimed = entered
        elif pending is None:
            pass  # answered before
        elif reply.binding and isinstance(pending.command.body, CreateSession):
            connection.entering = pending.command.request_id
            self._spawn(self._enter_new_session(connection, pending, reply, reply.binding, line))
        else:
            if isinstance(pending.command.body, JoinSession) and not entered:
                error = _error_decoder.decode(reply.text).code
                self._limits.refused(connection.address, pending.command.body.code, error, time.monotonic())
            self._answer(connection, reply, line)

    def _answer(self, connection: Connection, reply: Reply, line: Line | None) -> None:
        if reply.binding and connection.identity is None:
            self._bind(connection, reply.binding)
        if line and connection.identity:
            self._note(self._sessions[connection.identity.code], line)
        if reply.unbind:
            self._unbind(connection)
        if reply.text:
            self._write(connection, text_frame(reply.text))

    def _note(self, session: Session, line: Line) -> None:
        """Something is said to somebody of a session; if what was said before is lost, all have to resume."""
        if has_lost(session.line, line.fence, line.since):
            self.restart(session.code)
        session.line = line

    def _write(self, connection: Connection, frames: bytes) -> None:
        connection.write(frames)
        self._figures.deliveries += 1
        self._figures.delivered_bytes += len(frames)

    async def _enter_new_session(
        self, connection: Connection, pending: Pending, reply: Reply, binding: Binding, line: Line | None
    ) -> None:
        """The host hears of its session when nothing of it can be missed any more."""
        code = binding.identity.code
        confirmed = self._subscriber.hold(code)
        try:
            remaining = pending.deadline - asyncio.get_running_loop().time()
            async with asyncio.timeout(remaining):
                await asyncio.shield(confirmed)
                # Asked before anybody can know the code: a look at it later would be quicker than replies under way.
                missed = await self._resync.has_missed(code, binding.step)
        except TimeoutError:
            connection.unclaimed = binding.identity
            connection.send(unavailable(pending.command))
        else:
            if connection.is_open:
                self._answer(connection, reply, line)
                if missed:
                    self._resync.request(code, binding.step)
        finally:
            if not connection.is_open:
                self._relay.disconnected(connection.number, binding.identity)
            connection.entering = None
            self._subscriber.release(code)

    # -- steps ------------------------------------------------------------------------------

    def step(self, code: str, data: bytes) -> None:
        """Takes an encoded `Step` of a session from its channel."""
        session = self._sessions.get(code)
        if session is None:
            return
        try:
            step = decode_step(data)
        except (UnknownFormat, msgspec.DecodeError) as error:
            _log.error("a Step of session %s cannot be read: %r", code, error)
            self._resync.request(code, session.position.step + 1)
            return
        if has_lost(session.line, step.fence, step.since):
            self.restart(code)
            return
        if self._resync.is_under_way(code):
            self._resync.request(code, step.step)
            return
        match judge(session.position, step):
            case Verdict.NEXT:
                self._accept(session, step)
            case Verdict.GAP:
                self._resync.request(code, step.step)
            case Verdict.FORKED:
                self.restart(code)
            case Verdict.OLD:
                pass

    def resync_all(self) -> None:
        """Something may have been missed: every session looks for what."""
        for code in self._sessions:
            self._resync.request(code, 0)

    def resume_all(self) -> None:
        """The coordinators believe that this gateway was dead: every connection has to resume."""
        for code in self._sessions:
            self._resync.request(code, UNREACHABLE)
        for connection in tuple(self.connections.values()):
            if connection.entering is not None:  # perhaps it was let in before all were taken for gone
                connection.close(CloseCode.RESYNC, "resume")

    def position(self, code: str) -> Position | None:
        """Where a session's deliveries are; None if it has no connections here."""
        session = self._sessions.get(code)
        return session.position if session else None

    def line(self, code: str) -> Line | None:
        """That of the last reply to one of a session's connections here."""
        return self._sessions[code].line

    def recovered(self, code: str, steps: list[Step]) -> None:
        """Delivers what was missed, in order."""
        self._figures.resyncs["delivered"] += 1
        session = self._sessions[code]
        for step in steps:
            self._accept(session, step)

    def restart(self, code: str) -> None:
        """What was missed cannot be made good: its connections close, and resume."""
        self._figures.resyncs["restarted"] += 1
        _log.info("session %s cannot be brought up to date; its connections resume", code)
        for connection in self._sessions[code].connections:
            connection.close(CloseCode.RESYNC, "resume")

    def end(self, code: str) -> None:
        """The session is gone from Redis."""
        self._figures.resyncs["gone"] += 1
        session = self._sessions[code]
        frame = text_frame(encode_message(SessionClosed(seq=session.seq + 1, reason="lost")))
        for connection in session.connections:
            connection.write(frame)
            self._unbind(connection)
            connection.close(CloseCode.SESSION_OVER, "lost")

    def _accept(self, session: Session, step: Step) -> None:
        session.position = Position(step.fence, step.step)
        session.seq = max([session.seq, *(item.seq for item in step.items if isinstance(item, Shared))])
        session.backlog.append(step)
        if session.delivering:
            return
        writing = self._deliver(session)
        session.delivering = next(writing, False)
        if session.delivering:
            self._spawn(self._go_on(writing))

    async def _go_on(self, writing: Iterator[bool]) -> None:
        for _ in writing:
            await asyncio.sleep(0)

    def _deliver(self, session: Session) -> Iterator[bool]:
        """Writes the session's backlog; yields True when the event loop should have a turn."""
        writes = 0
        while session.backlog:
            step = session.backlog.popleft()
            began = time.perf_counter()
            try:
                fanout = Fanout(step.step, StepFrames(step, self._gateway), self._unbind)
            except msgspec.DecodeError as error:
                _log.error("a Step of session %s cannot be read: %r", session.code, error)
                self.restart(session.code)
                break
            for role, members in session.members.items():
                yield from fanout.write(role, members)
            writes += fanout.writes
            if writes >= WRITES_PER_TURN:
                writes = 0
                yield True
            self._figures.deliveries += fanout.writes
            self._figures.delivered_bytes += fanout.sent_bytes
            self._figures.broadcast_seconds.observe(time.perf_counter() - began)
        session.delivering = False

    # -- its tasks --------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Ends its tasks."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
