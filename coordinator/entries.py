"""What was read from a partition's stream: entries with their time, and which session each is for."""

from dataclasses import dataclass

import msgspec

from quickpoll.envelope import Command, Disconnected, Entry, UnknownFormat, decode_entry
from quickpoll.keys import ENTRY_FIELD
from quickpoll.protocol import CreateSession, JoinSession


@dataclass(frozen=True, slots=True)
class Received:
    """An entry as it was read. `entry` None: it cannot be decoded, for `reason`."""

    id: str
    at: int
    """When Redis took it, in ms."""
    data: bytes
    entry: Entry | None
    code: str = ""
    """The session that it is for; empty: none, or one that is still to be created."""
    reason: str = ""


def receive(entry_id: bytes, fields: dict[bytes, bytes]) -> Received:
    """Decodes an entry of a stream; it never raises."""
    text = entry_id.decode()
    at = int(text.partition("-")[0])
    data = fields.get(ENTRY_FIELD, b"")
    try:
        entry = decode_entry(data)
    except (UnknownFormat, msgspec.DecodeError) as error:
        return Received(text, at, data, None, reason=f"{type(error).__name__}: {error}")
    return Received(text, at, data, entry, _code_of(entry))


def create_id_of(entry: Entry | None) -> str:
    """What recognises a `create_session` that is sent again; empty for any other entry.

    An id that cannot be guessed recognises it from any connection, another one only from the same.
    """
    if not isinstance(entry, Command) or not isinstance(entry.body, CreateSession):
        return ""
    given, link = entry.body.id, entry.link
    if given and entry.has_unguessable_id:
        return "any:" + given
    return f"one:{link.gateway}/{link.connection}:{given}" if given else "one:" + entry.request_id


def _code_of(entry: Entry) -> str:
    if isinstance(entry, Command):
        if isinstance(entry.body, JoinSession):
            return entry.body.code
        return entry.identity.code if entry.identity else ""
    return entry.identity.code if isinstance(entry, Disconnected) else ""
