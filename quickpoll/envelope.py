"""What travels through Redis: entries of a partition's stream in, deliveries out.

Two closed lists of types, so that the whole traffic between gateways and coordinators can be read
here. Everything is msgpack behind one format byte; a reader refuses a format it does not know
(`UnknownFormat`) and ignores fields that a newer writer appended.
"""

from enum import IntEnum
from sys import intern
from typing import Any, Final, NamedTuple, TypeVar

import msgpack
import msgspec
from msgspec import Raw, Struct
from msgspec.structs import force_setattr

from quickpoll.protocol import Role, SessionCommand

FORMAT: Final = b"\x01"
UNGUESSABLE_ID_CHARACTERS: Final = 16
"""An `id` of at least so many characters is taken for one that only its client knows."""

Decoded = TypeVar("Decoded")


class UnknownFormat(Exception):
    """Bytes that this version cannot read; the entry is set aside, never guessed at."""


class ConnectionId(Struct, frozen=True, array_like=True, gc=False):
    """One WebSocket connection, by its gateway (an id drawn at each start) and its number there."""

    gateway: str
    number: int

    def __post_init__(self) -> None:
        """Ten thousand players of a gateway keep its id once."""
        force_setattr(self, "gateway", intern(self.gateway))


class Identity(Struct, frozen=True, array_like=True):
    """What a token proves. `nonce` tells a session from an earlier one with the same code."""

    code: str
    nonce: str
    role: Role
    player_id: str = ""


# -- in: entries of a partition's stream ----------------------------------------------------


class Command(Struct, frozen=True, array_like=True, tag=1):
    """A client's command, already validated and allowed for its role.

    `request` numbers the commands of one connection; `identity` is None before joining, and for
    `resume_session` what the gateway read from the verified token. `base_url` is the address that
    players use, without a slash at its end; only `create_session` needs it.
    """

    connection: ConnectionId
    request: int
    identity: Identity | None
    body: SessionCommand
    base_url: str = ""
    """With `create_session`: where its sender reached us, for the join URL; `https://quiz.example`."""
    round_trip_ms: int = 0
    """Of its connection, as the gateway has measured it, and how long the gateway gathered; 0: not measured."""
    relayed_at: int = 0
    """When its gateway got it, in ms by Redis's clock as known there; 0: from a gateway that did not say."""

    @property
    def has_unguessable_id(self) -> bool:
        """Whether its `id` proves that the same client sends it again, from whichever connection."""
        return self.body.id is not None and len(self.body.id) >= UNGUESSABLE_ID_CHARACTERS

    @property
    def request_id(self) -> str:
        """The client's `id`, or one that stays the same when the gateway appends the command again."""
        return self.body.id or f"{self.connection.gateway}/{self.connection.number}/{self.request}"


class Sender(NamedTuple):
    """Who waits for the reply to a command, and how it can be recognised there."""

    connection: ConnectionId
    request: int
    id: str | None
    """The client's `id` for it, if it gave one."""


def sender_of_unreadable(data: bytes) -> Sender | None:
    """Who sent a command that `decode_entry` cannot read; None where the bytes do not show that.

    A newer version may have sent it. Fields keep their positions from version to version, so those of `Command` that
    name the sender are read by themselves, with a reader that knows nothing of our types.
    """
    if data[:1] != FORMAT:
        return None
    try:
        parts: Any = msgpack.unpackb(data[1:])
        # In front of the fields stands the tag.
        given = dict(zip(("tag", *Command.__struct_fields__), parts, strict=False))
        if given["tag"] != Command.__struct_config__.tag:
            return None
        connection, request = msgspec.convert((given["connection"], given["request"]), tuple[ConnectionId, int])
        body = given["body"]
    except (ValueError, TypeError, LookupError, msgspec.ValidationError):
        return None
    own_id = body.get("id") if isinstance(body, dict) else None
    return Sender(connection, request, own_id if isinstance(own_id, str) else None)


class Disconnected(Struct, frozen=True, array_like=True, tag=2):
    """A connection that acted as somebody has closed."""

    connection: ConnectionId
    identity: Identity


class GatewayLost(Struct, frozen=True, array_like=True, tag=3):
    """A gateway's heartbeat has ended: every connection of it is gone."""

    gateway: str


class Tick(Struct, frozen=True, array_like=True, tag=4):
    """Deadlines up to this entry's time are due."""

    at: int = 0
    """When it was made, by the clock of the partition; 0: by a coordinator that did not say."""


Entry = Command | Disconnected | GatewayLost | Tick


# -- out: to one gateway, on `{pN}:to:<gateway>` --------------------------------------------


class Binding(Struct, frozen=True, array_like=True):
    """From here on the connection acts as `identity`.

    It has seen the session up to `seq`; `step` is the last step published before this reply, and `fence` the
    fence under which it was so (0: the coordinator is of a version that does not say).
    """

    identity: Identity
    seq: int
    step: int
    fence: int = 0


class Reply(Struct, frozen=True, array_like=True):
    """To one connection. `request` is the number of the command answered.

    `text` is the JSON of one message (empty: none). `binding` None leaves the connection as it is;
    `unbind` ends its role (after `leave_session`).
    """

    connection: int
    request: int
    text: bytes
    binding: Binding | None = None
    unbind: bool = False


class Line(Struct, frozen=True, array_like=True):
    """Of which history something is: what one owner says under one fence, from what it found in Redis on.

    `since` is the offset that it found; `offset` the one after the batch in question. Who has heard of a later offset
    under an older fence has heard what is lost.
    """

    fence: int
    since: str
    offset: str


class Replies(Struct, frozen=True, array_like=True):
    """Replies of one commit to one gateway, in order. `line` None: from a coordinator that does not say it yet."""

    replies: tuple[Reply, ...]
    line: Line | None = None


# -- out: to every gateway of a session, on `{pN}:ch:<code>`, kept in `{pN}:out:<code>` ------


class Audience(IntEnum):
    """Whom a shared message is for."""

    ALL = 0
    PLAYERS = 1
    HOST = 2


class Shared(Struct, frozen=True, array_like=True, tag=1):
    """One message for many: `text` is its JSON, `seq` its number (0: it has none)."""

    audience: Audience
    seq: int
    text: bytes
    droppable: bool = False
    """Whether a client that reads too slowly may go without it; coordinators of version 0.1.0 do not say."""


class Personal(Struct, frozen=True, array_like=True, tag=2):
    """One message each: by gateway, still encoded, since a gateway opens only its own part."""

    by_gateway: dict[str, Raw]


class CloseAll(Struct, frozen=True, array_like=True, tag=3):
    """Every connection of the session closes; the session is over."""

    code: int
    reason: str


class CloseOne(Struct, frozen=True, array_like=True, tag=4):
    """One connection closes, after `text` (the JSON of a message; empty: none): its identity is another's, or gone."""

    connection: ConnectionId
    code: int
    reason: str
    text: bytes = b""


Item = Shared | Personal | CloseAll | CloseOne


class Step(Struct, frozen=True, array_like=True):
    """What one commit says to a session, in order.

    `step` grows by one from one to the next: a gap means that something was missed, and is read
    again from `{pN}:out:<code>`. `fence` is the fence of the lease that published it, and `since` the offset
    that its owner found (see `Line`; empty: the coordinator is of a version that does not say).
    """

    fence: int
    step: int
    items: tuple[Item, ...]
    since: str = ""


PersonalTexts = tuple[tuple[int, bytes], ...]
"""The part of a `Personal` for one gateway: (connection, JSON of its message)."""

_encoder: Final = msgspec.msgpack.Encoder()
_entry_decoder: Final[msgspec.msgpack.Decoder[Entry]] = msgspec.msgpack.Decoder(Entry)
_replies_decoder: Final = msgspec.msgpack.Decoder(Replies)
_step_decoder: Final = msgspec.msgpack.Decoder(Step)
_personal_decoder: Final = msgspec.msgpack.Decoder(PersonalTexts)


def _body(data: bytes) -> memoryview:
    if data[:1] != FORMAT:
        raise UnknownFormat(f"format byte {data[:1]!r}, this version reads {FORMAT!r}")
    return memoryview(data)[1:]


def _decode(decoder: "msgspec.msgpack.Decoder[Decoded]", data: bytes | memoryview | Raw) -> Decoded:
    try:
        return decoder.decode(data)
    except (UnicodeDecodeError, RecursionError) as error:  # as msgspec lets them through
        raise msgspec.DecodeError(str(error)) from None


def encode(message: Entry | Replies | Step) -> bytes:
    """Encodes an entry or a delivery, with its format byte."""
    return FORMAT + _encoder.encode(message)


def encode_personal(texts: PersonalTexts) -> Raw:
    """Encodes one gateway's part of a `Personal`."""
    return Raw(_encoder.encode(texts))


def decode_entry(data: bytes) -> Entry:
    """Decodes an entry of a partition's stream.

    Raises:
        UnknownFormat: the format byte is not this version's.
        msgspec.DecodeError: the bytes are damaged.
    """
    return _decode(_entry_decoder, _body(data))


def decode_replies(data: bytes) -> Replies:
    """Decodes what came on a gateway's channel; raises as `decode_entry`."""
    return _decode(_replies_decoder, _body(data))


def decode_step(data: bytes) -> Step:
    """Decodes what came on a session's channel; raises as `decode_entry`."""
    return _decode(_step_decoder, _body(data))


def decode_personal(part: Raw) -> PersonalTexts:
    """Decodes one gateway's part of a `Personal`."""
    return _decode(_personal_decoder, part)
