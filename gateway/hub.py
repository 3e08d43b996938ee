"""Who is in which session here, and what each gets.

Promises: the Steps of a session reach each of its connections here in order, none twice and none left
out (where that promise cannot be kept, they are closed with 4000 and resume); a connection gets its part
of a Step in one write. Nothing here waits for a client.
"""

import asyncio
import logging
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import UNSET, Struct

from gateway.connection import Connection
from gateway.continuity import CatchUp, Continuity, History, Position, StepVerdict
from gateway.fanout import Fanout
from gateway.frames import text_frame
from gateway.limits import Limits
from gateway.relay import PendingCommand, Relay, unavailable
from gateway.resync import Resync
from gateway.room import Room
from gateway.subscriber import Subscriber
from gateway.tasks import Tasks
from gateway.timing import Timing
from quickpoll.envelope import Binding, Line, Reply, Shared, Step, UnknownFormat, decode_replies, decode_step
from quickpoll.metrics import GatewayFigures
from quickpoll.protocol import (
    CloseCode,
    CreateSession,
    Error,
    ErrorCode,
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
        tasks: Tasks,
        timing: Timing,
    ) -> None:
        self._gateway = gateway
        self._limits = limits
        self._relay = relay
        self._subscriber = subscriber
        self._resync = resync
        self._figures = figures
        self._tasks = tasks
        self._timing = timing
        self._rooms: dict[str, Room] = {}
        self.connections: dict[int, Connection] = {}
        """Open WebSockets, by number."""

    @property
    def session_count(self) -> int:
        """How many sessions have connections here."""
        return len(self._rooms)

    def count(self, role: Role) -> int:
        """How many connections act in this role."""
        return sum(len(room.members[role]) for room in self._rooms.values())

    def position(self, code: str) -> Position | None:
        """Where a session's deliveries are; None if it has no connections here."""
        room = self._rooms.get(code)
        return room.continuity.position if room else None

    # -- connections come and go ------------------------------------------------------------

    def opened(self, connection: Connection) -> None:
        """A WebSocket is open."""
        self.connections[connection.number] = connection

    def closed(self, connection: Connection) -> None:
        """A WebSocket is closed or closing; the coordinator hears whom it acted as."""
        del self.connections[connection.number]
        identity = connection.seat.identity
        connection.seat.closed()
        self._pay(connection)
        if identity:
            self._leave(identity.code, identity.role, connection)

    def _pay(self, connection: Connection) -> None:
        for identity in connection.seat.pay():
            self._relay.disconnected(connection.number, identity)

    def _enter(self, connection: Connection, binding: Binding) -> None:
        """A connection that acts as somebody from now on gets what its session says."""
        identity = binding.identity
        self._limits.entered(connection.address, identity.code, asyncio.get_running_loop().time())
        self._subscriber.hold(identity.code)
        room = self._rooms.get(identity.code)
        if room is None:
            room = self._rooms[identity.code] = self._open(identity.code, Position(binding.fence, binding.step))
        room.members[identity.role][connection.number] = connection
        room.last_seq = max(room.last_seq, binding.seq)
        delivered = room.continuity.position.step
        if delivered < binding.step:
            self._read_again(room, binding.step)
        elif delivered > binding.step:
            # Only when a resync was quicker than the reply. The reply itself still goes out before that.
            asyncio.get_running_loop().call_soon(connection.close, CloseCode.RESYNC, "resume")

    def _open(self, code: str, position: Position) -> Room:
        members: dict[Role, dict[int, Connection]] = {Role.HOST: {}, Role.PLAYER: {}}
        fanout = Fanout(self._gateway, members, self._release, self._figures, self._timing.writes_per_turn)
        return Room(code, members, Continuity(position), fanout)

    def _release(self, connection: Connection) -> None:
        """The coordinator has let go of a connection."""
        identity = connection.seat.identity
        connection.seat.released()
        if identity:
            self._leave(identity.code, identity.role, connection)

    def _leave(self, code: str, role: Role, connection: Connection) -> None:
        room = self._rooms[code]
        del room.members[role][connection.number]
        if room.is_empty:
            del self._rooms[code]
        self._subscriber.release(code)

    # -- replies ----------------------------------------------------------------------------

    def replies(self, data: bytes) -> None:
        """Delivers an encoded `Replies`."""
        said = decode_replies(data)
        for reply in said.replies:
            self._reply(reply, said.line)

    def _reply(self, reply: Reply, line: Line | None) -> None:
        pending = self._relay.take(reply.connection, reply.request)
        connection = self.connections.get(reply.connection)
        if pending and isinstance(pending.command.body, ResumeSession):
            self._figures.resumes["true" if reply.binding else "false"] += 1
        if connection is None:
            if reply.binding:  # it has closed, and whom it was bound to is nobody now
                self._relay.disconnected(reply.connection, reply.binding.identity)
        elif pending is None:
            if reply.binding:  # it was answered before
                connection.seat.late(reply.binding.identity)
        elif reply.binding and isinstance(pending.command.body, CreateSession):
            work = self._enter_new_session(connection, pending, reply, reply.binding, line)
            self._tasks.spawn(work, "wait for a new session's channel")
        elif reply.binding:
            self._admit(connection, pending, reply, reply.binding, line)
        else:
            if pending.enters:
                connection.seat.refused(pending.command.request)
            if isinstance(pending.command.body, JoinSession):
                error = _error_decoder.decode(reply.text).code
                self._limits.refused(
                    connection.address, pending.command.body.code, error, asyncio.get_running_loop().time()
                )
            self._answer(connection, reply, line)

    def _admit(
        self, connection: Connection, pending: PendingCommand, reply: Reply, binding: Binding, line: Line | None
    ) -> None:
        """Hands on a reply that binds its connection, unless it acts as somebody else by now."""
        was_nobody = connection.seat.identity is None
        if not connection.seat.admitted(pending.command.request, binding):
            self._figures.messages_refused[ErrorCode.FORBIDDEN] += 1
            connection.send(_second_identity(pending))
            return
        if was_nobody:
            self._enter(connection, binding)
        self._answer(connection, reply, line)

    def _answer(self, connection: Connection, reply: Reply, line: Line | None) -> None:
        identity = connection.seat.identity
        if line and identity:
            room = self._rooms[identity.code]
            if room.continuity.hear_reply(line):
                self._restart(room)
        if reply.unbind:
            self._release(connection)
        if reply.text:
            self._write(connection, text_frame(reply.text))

    def _write(self, connection: Connection, frames: bytes) -> None:
        connection.write(frames)
        self._figures.deliveries += 1
        self._figures.delivered_bytes += len(frames)

    async def _enter_new_session(
        self, connection: Connection, pending: PendingCommand, reply: Reply, binding: Binding, line: Line | None
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
            connection.seat.expired(pending.command.request)
            connection.seat.late(binding.identity)
            connection.send(unavailable(pending.command))
        else:
            if connection.is_open:
                self._admit(connection, pending, reply, binding, line)
                if missed and (room := self._rooms.get(code)):
                    self._read_again(room, binding.step)
            else:
                connection.seat.late(binding.identity)
        finally:
            self._pay(connection)
            self._subscriber.release(code)

    # -- steps ------------------------------------------------------------------------------

    def step(self, code: str, data: bytes) -> None:
        """Takes an encoded `Step` of a session from its channel."""
        room = self._rooms.get(code)
        if room is None:
            return
        try:
            step = decode_step(data)
        except (UnknownFormat, msgspec.DecodeError) as error:
            _log.error("a Step of session %s cannot be read: %r", code, error)
            self._read_again(room, room.continuity.position.step + 1)
            return
        match room.continuity.hear(step):
            case StepVerdict.NEXT:
                self._accept(room, step)
            case StepVerdict.GAP:
                self._read_again(room, step.step)
            case StepVerdict.FORKED:
                self._restart(room)
            case StepVerdict.OLD | StepVerdict.AWAITED:
                pass

    def resync_all(self) -> None:
        """Something may have been missed: the history of every session is read."""
        for room in self._rooms.values():
            self._read_again(room, 0)

    def resume_all(self) -> None:
        """The coordinators believe that this gateway was dead: every connection has to resume."""
        for room in self._rooms.values():
            self._read_again(room, 0, is_counted_dead=True)
        for connection in tuple(self.connections.values()):
            if connection.seat.is_entering:  # perhaps it was let in before all were taken for gone
                connection.close(CloseCode.RESYNC, "resume")

    def found(self, code: str, history: History) -> None:
        """Takes in the history of a session that was asked for."""
        room = self._rooms.get(code)
        if room is None or not room.continuity.is_behind:
            return  # all have left, and others may have come
        outcome, steps = room.continuity.catch_up(history)
        if outcome is CatchUp.GONE:
            self._end(room)
            return
        if outcome is not CatchUp.LOST:
            self._figures.resyncs["delivered"] += 1
        for step in steps:
            self._accept(room, step)
        if outcome is CatchUp.AGAIN:
            self._resync.request(code, room.continuity.position.step)
        elif outcome is CatchUp.LOST:
            self._restart(room)

    def _read_again(self, room: Room, step: int, *, is_counted_dead: bool = False) -> None:
        """Has the history of a session read, in which that Step must be."""
        room.continuity.fall_behind(step, is_counted_dead=is_counted_dead)
        self._resync.request(room.code, room.continuity.position.step)

    def _restart(self, room: Room) -> None:
        """What was missed cannot be read any more: the session's connections are closed, and resume."""
        self._figures.resyncs["restarted"] += 1
        _log.info("session %s cannot be brought up to date; its connections resume", room.code)
        for connection in room.connections:
            connection.close(CloseCode.RESYNC, "resume")

    def _end(self, room: Room) -> None:
        """The session is gone from Redis."""
        self._figures.resyncs["gone"] += 1
        frame = text_frame(encode_message(SessionClosed(seq=room.last_seq + 1, reason="lost")))
        for connection in room.connections:
            connection.write(frame)
            self._release(connection)
            connection.close(CloseCode.SESSION_OVER, "lost")

    def _accept(self, room: Room, step: Step) -> None:
        room.continuity.accept(step)
        room.last_seq = max([room.last_seq, *(item.seq for item in step.items if isinstance(item, Shared))])
        if room.fanout.add(step):
            turns = room.fanout.deliver()
            if self._have_turn(room, turns):
                self._tasks.spawn(self._go_on(room, turns), "fan-out")

    async def _go_on(self, room: Room, turns: Iterator[None]) -> None:
        while True:
            if not self._have_turn(room, turns):
                return
            await asyncio.sleep(0)

    def _have_turn(self, room: Room, turns: Iterator[None]) -> bool:
        """Writes until the event loop should have a turn; returns whether something is left."""
        try:
            for _ in turns:
                return True
        except Exception:
            # Some have got the Step and some have not. Whoever resumes sees the session as it is.
            _log.exception("a Step of session %s could not be delivered", room.code)
            self._restart(room)
        return False


def _second_identity(pending: PendingCommand) -> Error:
    return Error(
        code=ErrorCode.FORBIDDEN,
        message="another command of this connection has entered a session; open another connection",
        reply_to=pending.command.body.id or UNSET,
    )
