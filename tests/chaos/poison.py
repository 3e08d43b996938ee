"""Entries that none of our gateways would append: damaged, of another program or version, or nobody's."""

import random
from collections.abc import Sequence
from typing import Any

import msgspec

from quickpoll.envelope import FORMAT, Command, ConnectionId, Identity, encode
from quickpoll.keys import ENTRY_FIELD
from quickpoll.protocol import JoinSession, LeaveSession, ResumeSession, Role, SubmitAnswer


def stranger_to(code: str) -> Identity:
    """Whom a session has never seen."""
    return Identity(code, "no nonce", Role.PLAYER, "nobody")


def poison(code: str, rng: random.Random) -> Sequence[dict[Any, Any]]:
    """Fields of such entries, for the stream of a session's partition."""
    stranger = stranger_to(code)
    whole = encode(Command(ConnectionId("nowhere", 1), 1, stranger, SubmitAnswer(question=0, answer=0)))
    return [
        {ENTRY_FIELD: b""},
        {b"other": b"field"},
        {ENTRY_FIELD: b"\x02" + whole[1:]},
        {ENTRY_FIELD: whole.replace(b"no nonce", b"no nonc\xff")},
        {ENTRY_FIELD: whole[: rng.randrange(2, len(whole))]},
        {ENTRY_FIELD: FORMAT + msgspec.msgpack.encode({"a": [1, None, 2.5]})},
        {ENTRY_FIELD: FORMAT + msgspec.msgpack.encode([9, "no such tag"])},
        {ENTRY_FIELD: FORMAT + rng.randbytes(64)},
        {ENTRY_FIELD: whole},
        {ENTRY_FIELD: encode(Command(ConnectionId("", -1), -1, None, JoinSession(code=code, name="")))},
        {ENTRY_FIELD: encode(Command(ConnectionId("nowhere", 2), 2, stranger, LeaveSession()))},
        {ENTRY_FIELD: encode(Command(ConnectionId("nowhere", 3), 3, None, ResumeSession(token="x")))},
    ]
