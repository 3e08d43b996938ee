"""A session as the fields of its hash, and back.

`head`, `quiz`, `step` (how many Steps were published), one `p:<player id>` each, `w:<question>` with the different
texts that a closed question was answered with, and `c:<question>` with what the host has decided about them, so that a
change stores what has changed. Everything but `step` is msgpack behind a format byte; a snapshot that this version
cannot read raises `Unreadable`: it is left as it is, never guessed at.
"""

from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec

from coordinator.engine import Head, Player, Session
from coordinator.engine.curation import Curation
from coordinator.engine.kinds import Written
from quickpoll.protocol import Quiz

_T = TypeVar("_T")

FORMAT: Final = b"\x01"

HEAD: Final = "head"
QUIZ: Final = "quiz"
STEP: Final = "step"
_PLAYER_PREFIX: Final = b"p:"
_WRITTEN_PREFIX: Final = b"w:"
_CURATION_PREFIX: Final = b"c:"
_NO_QUIZ: Final = Quiz("", ())
"""Of a session that is over: only its head is kept."""

_encoder: Final = msgspec.msgpack.Encoder()
_head_decoder: Final = msgspec.msgpack.Decoder(Head)
_quiz_decoder: Final = msgspec.msgpack.Decoder(Quiz)
_player_decoder: Final = msgspec.msgpack.Decoder(Player)
_curation_decoder: Final = msgspec.msgpack.Decoder(Curation)
_written_decoder: Final = msgspec.msgpack.Decoder(tuple[Written, ...])


class Unreadable(Exception):
    """A stored session that this version cannot read; its text says why."""


def player_field(player_id: str) -> str:
    """The field of a player's record."""
    return f"p:{player_id}"


def written_field(question: int) -> str:
    """The field of what a question was answered with."""
    return f"w:{question}"


def curation_field(question: int) -> str:
    """The field of what the host has decided about a question's texts."""
    return f"c:{question}"


def encode(record: Head | Quiz | Player | Curation | tuple[Written, ...]) -> bytes:
    """Encodes the value of one field."""
    return FORMAT + _encoder.encode(record)


def decode_session(code: str, fields: Mapping[bytes, bytes]) -> tuple[Session, int]:
    """Restores a session and the number of its last Step.

    Raises:
        Unreadable: a field is missing, damaged or of another format.
    """
    try:
        head = _head_decoder.decode(_body(fields[b"head"]))
        quiz = _NO_QUIZ if head.closed else _quiz_decoder.decode(_body(fields[b"quiz"]))
        players = {
            name[2:].decode(): _player_decoder.decode(_body(value))
            for name, value in fields.items()
            if name.startswith(_PLAYER_PREFIX)
        }
        written = _by_question(fields, _WRITTEN_PREFIX, _written_decoder)
        curations = _by_question(fields, _CURATION_PREFIX, _curation_decoder)
        return Session(code, quiz, head, players, written, curations), int(fields[b"step"])
    except KeyError as missing:
        raise Unreadable(f"session {code}: field {missing} is missing") from None
    except (msgspec.DecodeError, ValueError) as error:
        raise Unreadable(f"session {code}: {error}") from None


def _by_question(fields: Mapping[bytes, bytes], prefix: bytes, decoder: msgspec.msgpack.Decoder[_T]) -> dict[int, _T]:
    return {
        int(name.removeprefix(prefix)): decoder.decode(_body(value))
        for name, value in fields.items()
        if name.startswith(prefix)
    }


def _body(data: bytes) -> memoryview:
    if data[:1] != FORMAT:
        raise ValueError(f"format byte {data[:1]!r}, this version reads {FORMAT!r}")
    return memoryview(data)[1:]
