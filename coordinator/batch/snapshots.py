"""A session as the fields of its hash, and back.

`head`, `quiz`, `step` (how many Steps were published), one `p:<player id>` each, `w:<question>` with the different
texts that a closed question was answered with, and `c:<question>` with what the host has decided about them, so that a
change stores what has changed. While a question is open there are besides: `since`, how many Steps there were and the
fields of the head that differ from `head`; and `a:<n>`, the answers of one batch, which are not in their players'
records yet (see `stored.py`). Everything but `step` is msgpack behind a format byte; a snapshot that this version
cannot read raises `Unreadable`: it is left as it is, never guessed at.
"""

from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec
from msgspec import Raw, Struct

from coordinator.engine import Head, Player, Session
from coordinator.engine.curation import Curation
from coordinator.engine.kinds import Written
from coordinator.engine.players import AcceptedAnswer
from quickpoll.protocol import Phase, Quiz

_T = TypeVar("_T")

FORMAT: Final = b"\x01"
OPEN_FORMAT: Final = b"\x02"
"""Of the head while a question is open: versions that know no `since` and no `a:<n>` leave such a session alone."""

HEAD: Final = "head"
QUIZ: Final = "quiz"
STEP: Final = "step"
SINCE: Final = "since"
_ANSWERS_PREFIX: Final = b"a:"
_PLAYER_PREFIX: Final = b"p:"
_WRITTEN_PREFIX: Final = b"w:"
_CURATION_PREFIX: Final = b"c:"
_NO_QUIZ: Final = Quiz("", ())
"""Of a session that is over: only its head is kept."""


class AnswerOf(Struct, frozen=True, array_like=True):
    """What an answer changes in the record of its player, who has this `number`."""

    number: int
    answer: AcceptedAnswer
    round_trip_ms: int

    @classmethod
    def last(cls, player: Player) -> "AnswerOf":
        """The last answer of a player who has given one."""
        assert player.answer is not None
        return cls(player.number, player.answer, player.round_trip_ms)


class _Since(Struct, frozen=True, array_like=True):
    step: int
    head: dict[int, Raw]
    """By place in the head."""


_encoder: Final = msgspec.msgpack.Encoder()
_head_decoder: Final = msgspec.msgpack.Decoder(Head)
_parts_decoder: Final = msgspec.msgpack.Decoder(list[Raw])
_since_decoder: Final = msgspec.msgpack.Decoder(_Since)
_answers_decoder: Final = msgspec.msgpack.Decoder(tuple[AnswerOf, ...])
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


def answers_field(batch: int) -> str:
    """The field of the answers of a batch, counted from 1."""
    return f"a:{batch}"


def encode(record: Quiz | Player | Curation | tuple[Written, ...] | tuple[AnswerOf, ...]) -> bytes:
    """Encodes the value of one field."""
    return FORMAT + _encoder.encode(record)


def encode_head(head: Head) -> bytes:
    """Encodes the head."""
    return (OPEN_FORMAT if head.phase is Phase.QUESTION else FORMAT) + _encoder.encode(head)


def is_open(head: bytes) -> bool:
    """Whether a question is open in an encoded head, so that `since` and `a:<n>` may be stored beside it."""
    return head.startswith(OPEN_FORMAT)


def encode_since(before: bytes, head: bytes, step: int) -> bytes:
    """Encodes what in a head differs from the one before; `step` is the number of the last Step."""
    pairs = zip(_parts_decoder.decode(before[1:]), _parts_decoder.decode(head[1:]), strict=True)
    changed = {place: now for place, (then, now) in enumerate(pairs) if then != now}
    return FORMAT + _encoder.encode(_Since(step, changed))


def batches_of_answers(fields: Mapping[bytes, bytes]) -> list[tuple[AnswerOf, ...]]:
    """The answers that are stored apart from their players' records, in the order in which they were accepted.

    Raises:
        Unreadable: see `decode_session`.
    """
    return list(_numbered(fields, _ANSWERS_PREFIX, _answers_decoder).values())


def decode_session(code: str, fields: Mapping[bytes, bytes]) -> tuple[Session, int]:
    """Restores a session and the number of its last Step.

    Raises:
        Unreadable: a field is missing, damaged or of another format.
    """
    try:
        head, step = _head_and_step(fields)
        quiz = _NO_QUIZ if head.closed else _quiz_decoder.decode(_body(fields[b"quiz"]))
        players = {
            name[2:].decode(): _player_decoder.decode(_body(value))
            for name, value in fields.items()
            if name.startswith(_PLAYER_PREFIX)
        }
        _put_answers(players, batches_of_answers(fields))
        written = _numbered(fields, _WRITTEN_PREFIX, _written_decoder)
        curations = _numbered(fields, _CURATION_PREFIX, _curation_decoder)
        return Session(code, quiz, head, players, written, curations), step
    except KeyError as missing:
        raise Unreadable(f"session {code}: field {missing} is missing") from None
    except (msgspec.DecodeError, ValueError) as error:
        raise Unreadable(f"session {code}: {error}") from None


def _head_and_step(fields: Mapping[bytes, bytes]) -> tuple[Head, int]:
    body = _body(fields[b"head"], OPEN_FORMAT)
    if b"since" not in fields:
        return _head_decoder.decode(body), int(fields[b"step"])
    since = _since_decoder.decode(_body(fields[b"since"]))
    parts = _parts_decoder.decode(body)
    for place, part in since.head.items():
        parts[place] = part
    return _head_decoder.decode(_encoder.encode(parts)), since.step


def _put_answers(players: Mapping[str, Player], batches: list[tuple[AnswerOf, ...]]) -> None:
    """Completes the records of players; one that was written since has the answer already."""
    by_number = {player.number: player for player in players.values()} if batches else {}
    for number, answer, round_trip_ms in (msgspec.structs.astuple(one) for batch in batches for one in batch):
        player = by_number.get(number)
        if player and (player.answer is None or player.answer.question < answer.question):
            player.take(answer)
            player.round_trip_ms = round_trip_ms


def _numbered(fields: Mapping[bytes, bytes], prefix: bytes, decoder: msgspec.msgpack.Decoder[_T]) -> dict[int, _T]:
    found = {
        int(name.removeprefix(prefix)): decoder.decode(_body(value))
        for name, value in fields.items()
        if name.startswith(prefix)
    }
    return dict(sorted(found.items()))


def _body(data: bytes, also: bytes = FORMAT) -> memoryview:
    if data[:1] not in (FORMAT, also):
        raise ValueError(f"format byte {data[:1]!r}, this version reads {FORMAT!r}")
    return memoryview(data)[1:]
