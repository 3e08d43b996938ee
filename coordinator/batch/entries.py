"""What is read from the partitions' streams: entries with their time, and which session each is for."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from coordinator.batch.moments import Moments
from quickpoll.envelope import Command, Disconnected, Entry, UnknownFormat, decode_entry
from quickpoll.keys import moment_of, unpack_fields
from quickpoll.protocol import CreateSession, JoinSession
from quickpoll.store.link import RedisLink, Refusal

Entries = list[tuple[bytes, list[bytes]]]
"""Entries of a stream: ID, and names and values of its fields, alternating."""

REPLY_WITHIN_S: Final = 2.0
"""How much longer than it was asked to wait a read may take."""


def begin_read(
    link: RedisLink, offsets: Mapping[str, str], *, count: int, block_ms: int
) -> "asyncio.Future[list[Any]]":
    """Asks for entries after `offsets`, up to `count` of each stream; the reply comes when there is one.

    After `block_ms` milliseconds, and when the link is unblocked by `CLIENT UNBLOCK`, it comes with nothing. What it
    means says `streams_in`.
    """
    command = ("XREAD", "COUNT", count, "BLOCK", block_ms, "STREAMS", *offsets.keys(), *offsets.values())
    return link.call([command], timeout_s=block_ms / 1000 + REPLY_WITHIN_S)


def streams_in(replies: Sequence[Any]) -> dict[str, Entries]:
    """What a read has brought, by stream; raises the Refusal if it was refused."""
    (reply,) = replies
    if isinstance(reply, Refusal):
        raise reply
    streams: dict[bytes, Entries] = reply or {}
    return {stream.decode(): entries for stream, entries in streams.items()}


async def read_streams(link: RedisLink, offsets: Mapping[str, str], *, count: int, block_ms: int) -> dict[str, Entries]:
    """Both in one; raises a StoreError if nothing could be read."""
    return streams_in(await begin_read(link, offsets, count=count, block_ms=block_ms))


class Received(Struct, frozen=True):
    """A message as it was read. `entry` None: it cannot be decoded, for `reason`."""

    id: str
    """Of the entry of the stream, which may hold others as well."""
    at: int
    """When it counts as taken, in ms: see `moments`."""
    data: bytes
    entry: Entry | None
    code: str = ""
    """The session that it is for; empty: none, or one that is still to be created."""
    reason: str = ""


def receive(entry_id: bytes, fields: list[bytes], moments: Moments) -> list[Received]:
    """Decodes what is in the next entry of a stream; it never raises."""
    text = entry_id.decode()
    taken_at, _ = moment_of(text)
    return [_receive(text, taken_at, data, moments) for data in unpack_fields(fields)]


def _receive(entry_id: str, taken_at: int, data: bytes, moments: Moments) -> Received:
    try:
        entry = decode_entry(data)
    except (UnknownFormat, msgspec.DecodeError) as error:
        return Received(entry_id, moments.of(taken_at, None), data, None, reason=f"{type(error).__name__}: {error}")
    return Received(entry_id, moments.of(taken_at, entry), data, entry, _code_of(entry))


def create_id_of(entry: Entry | None) -> str:
    """What recognises a `create_session` that is sent again; empty for any other entry.

    An id that cannot be guessed recognises it from any connection, another one only from the same.
    """
    if not isinstance(entry, Command) or not isinstance(entry.body, CreateSession):
        return ""
    given, connection = entry.body.id, entry.connection
    if given and entry.has_unguessable_id:
        return "any:" + given
    return f"one:{connection.gateway}/{connection.number}:{given}" if given else "one:" + entry.request_id


def _code_of(entry: Entry) -> str:
    if isinstance(entry, Command):
        if isinstance(entry.body, JoinSession):
            return entry.body.code
        return entry.identity.code if entry.identity else ""
    return entry.identity.code if isinstance(entry, Disconnected) else ""
