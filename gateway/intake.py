"""One message of a client: decode it, judge it, answer it here or relay it.

Each message gets exactly one reply: an error, `clock` or the `ok` of `report_failure` from here, or what the relay
sees to.
"""

import asyncio
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct

from gateway.admission import why_forbidden
from gateway.connection import Connection
from gateway.limits import Limits
from gateway.relay import Relay
from quickpoll.envelope import Identity
from quickpoll.keys import partition_of
from quickpoll.metrics import GatewayFigures
from quickpoll.protocol import (
    MAX_MESSAGE_BYTES,
    AnyClientMessage,
    BadMessage,
    Clock,
    CloseCode,
    CreateSession,
    EntryCommand,
    Error,
    ErrorCode,
    JoinSession,
    Ok,
    ReportFailure,
    ResumeSession,
    SyncClock,
    decode_command,
)
from quickpoll.store.clock import Clocks
from quickpoll.tokens import InvalidToken, Tokens


class _Kind(Struct):
    type: Any = None


_kind_decoder: Final = msgspec.json.Decoder(_Kind)


class Intake:
    """Judges what clients send."""

    def __init__(
        self,
        relay: Relay,
        limits: Limits,
        tokens: Tokens,
        clocks: Clocks,
        partitions: int,
        figures: GatewayFigures,
    ) -> None:
        self._relay = relay
        self._limits = limits
        self._tokens = tokens
        self._clocks = clocks
        self._partitions = partitions
        self._figures = figures

    def received(self, connection: Connection, text: bytes) -> None:
        """Handles one text message."""
        self._figures.messages_received += 1
        self._figures.received_bytes += len(text)
        message: AnyClientMessage | BadMessage
        try:
            message = decode_command(text)
        except BadMessage as error:
            message = error
        if len(text) > MAX_MESSAGE_BYTES and not _is_create_session(message, text):
            connection.close(CloseCode.MESSAGE_TOO_BIG, f"over {MAX_MESSAGE_BYTES} bytes")
            return
        if refusal := self._judge(connection, message):
            connection.send(refusal)
            self._figures.messages_refused[refusal.code] += 1
            if connection.admission.refused(connection.heard_at):
                connection.close(CloseCode.POLICY_VIOLATION, "goes on flooding")

    def _judge(self, connection: Connection, message: AnyClientMessage | BadMessage) -> Error | None:
        """Returns the error that answers the message; None if it was answered or relayed."""
        wait_ms = connection.admission.take(connection.heard_at)
        if isinstance(message, BadMessage):
            if wait_ms:
                return Error(
                    code=ErrorCode.RATE_LIMITED, message="too fast", retry_after_ms=wait_ms, reply_to=message.reply_to
                )
            return message.as_error()
        reply_to = message.id or UNSET
        if wait_ms:
            return Error(code=ErrorCode.RATE_LIMITED, message="too fast", retry_after_ms=wait_ms, reply_to=reply_to)
        if isinstance(message, SyncClock):
            self._tell_time(connection, message)
            return None
        if isinstance(message, ReportFailure):
            self._figures.page_failures[message.where] += 1
            connection.send(Ok(reply_to=reply_to))
            return None
        seat = connection.seat
        role = seat.identity.role if seat.identity else None
        entering = seat.is_entering_by_another(message.id)
        if reason := why_forbidden(message, role, entering=entering):
            return Error(code=ErrorCode.FORBIDDEN, message=reason, reply_to=reply_to)
        if throttled := self._limits.enters(connection.address, message, connection.heard_at):
            code, reason, wait_ms = throttled
            return Error(code=code, message=reason, retry_after_ms=wait_ms, reply_to=reply_to)
        identity: Identity | None = seat.identity
        if isinstance(message, ResumeSession):
            try:
                identity = self._tokens.verify(message.token, self._clocks.roughly_ms())
            except InvalidToken:
                return Error(
                    code=ErrorCode.INVALID_TOKEN,
                    message="this token is not from this server; join again",
                    reply_to=reply_to,
                )
        enters = isinstance(message, EntryCommand)
        session = message.code if isinstance(message, JoinSession) else _code_of(identity)
        self._relay.submit(connection, message, identity, self._now_ms(session), enters=enters)
        return None

    def _tell_time(self, connection: Connection, command: SyncClock) -> None:
        """The moment it was received is when its bytes came, before those of other clients were handled."""
        t2 = self._now_ms(_code_of(connection.seat.identity))
        t1 = t2 - round((asyncio.get_running_loop().time() - connection.heard_at) * 1000)
        connection.send(Clock(t0=command.t0, t1=t1, t2=t2, reply_to=command.id or UNSET))

    def _now_ms(self, code: str) -> int:
        """By the clock of the node that holds the session; that of any node before there is one."""
        return self._clocks.of(partition_of(code, self._partitions)).now_ms()


def _code_of(identity: Identity | None) -> str:
    return identity.code if identity else ""


def _is_create_session(message: AnyClientMessage | BadMessage, text: bytes) -> bool:
    """Also of one that is wrong elsewhere: its author wants to know where."""
    if not isinstance(message, BadMessage):
        return isinstance(message, CreateSession)
    try:
        return bool(_kind_decoder.decode(text).type == CreateSession.__struct_config__.tag)
    except (msgspec.DecodeError, RecursionError):
        return False
