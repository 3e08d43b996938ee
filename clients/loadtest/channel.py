"""What the leading process and one with players say to each other over its pipes: MessagePack, after its length."""

import asyncio
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import Struct

from clients.loadtest.plan import Plan, Share
from clients.loadtest.seen import LiveCounts, Seen

LENGTH_BYTES: Final = 8
Incoming = TypeVar("Incoming")
_encoder: Final = msgspec.msgpack.Encoder()


class Assignment(Struct, frozen=True, tag=True):
    """To a process that has just started: what it plays."""

    plan: Plan
    parts: tuple[Share, ...]


class Join(Struct, frozen=True, tag=True):
    """Calls `Crowd.join` of a session's players there; `number` is that of the `Done`."""

    number: int
    session: int
    code: str
    clock_ahead_ms: float
    per_s: float


class AwaitQuestion(Struct, frozen=True, tag=True):
    """Calls `Crowd.question`."""

    number: int
    session: int
    index: int


class AwaitFinals(Struct, frozen=True, tag=True):
    """Calls `Crowd.finals`."""

    number: int
    session: int


class Done(Struct, frozen=True, tag=True):
    """The call has returned, `finals` with what was seen, or failed with a line for people."""

    number: int
    seen: Seen | None = None
    failure: str | None = None


class Counted(Struct, frozen=True, tag=True):
    """What has happened since the last one, and how busy the process was at its busiest."""

    tally: LiveCounts
    busiest: float
    lag_s: float


Call = Join | AwaitQuestion | AwaitFinals
Order = Assignment | Join | AwaitQuestion | AwaitFinals
News = Done | Counted


class Channel(Generic[Incoming]):
    """One end: sends anything, receives messages of one type."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, incoming: Any) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder: msgspec.msgpack.Decoder[Incoming] = msgspec.msgpack.Decoder(incoming)

    def send(self, message: Order | News) -> None:
        """Sends it as soon as there is room in the pipe."""
        data = _encoder.encode(message)
        self._writer.write(len(data).to_bytes(LENGTH_BYTES) + data)

    async def receive(self) -> Incoming:
        """The next message.

        Raises:
            EOFError: the other end is gone.
        """
        size = int.from_bytes(await self._reader.readexactly(LENGTH_BYTES))
        return self._decoder.decode(await self._reader.readexactly(size))
