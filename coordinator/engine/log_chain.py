"""The log of a session as a chain: nothing in it can be changed without changing all hashes after it.

The hash of a record is SHA-256 of the hash before it (32 zero bytes before the first) and the record's text. The head
of the session holds the last one, so memory does not grow with the log; the texts are among the effects, to be stored
with them. The first characters of its record's hash are the receipt of an answer. After the end, only rulings are
logged.
"""

from hashlib import sha256
from typing import Final

import msgspec

from coordinator.engine import records
from coordinator.engine.effects import Effects
from coordinator.engine.records import Record
from coordinator.engine.state import Session
from coordinator.engine.turn import Drawn
from quickpoll.protocol import Phase

FORMAT: Final = 1
RECEIPT_BYTES: Final = 10
"""80 bits, written as 20 hexadecimal digits: too many to find another record that has the same receipt."""
START: Final = bytes(32)
"""The hash before the first record."""

_encode: Final = msgspec.json.Encoder().encode


def chain(before: bytes, text: bytes) -> bytes:
    """The hash of a record by its text and the hash before it."""
    return sha256(before + text).digest()


def begin(session: Session, now: int, drawn: Drawn, effects: Effects) -> None:
    """Begins the log of a session that has just been created."""
    head, quiz = session.head, session.quiz
    head.log_hash = START
    began = records.Began(
        now, FORMAT, drawn.version, session.code, drawn.salt, quiz.title, len(quiz.questions), head.settings
    )
    note(session, began, effects)


def note(session: Session, record: Record, effects: Effects, *, at_end: bool = False) -> bytes:
    """Adds a record to the log; returns its receipt, or nothing where the session has no log.

    What was done is noted before what comes of it. A session that was created by a version without logs has none.

    Args:
        session: whose log it is.
        record: to be added.
        effects: get its text.
        at_end: whether it is noted after the end of the quiz, too, as rulings are.
    """
    head = session.head
    if not head.log_hash or (head.phase is Phase.ENDED and not at_end):
        return b""
    text = records.encode(record)
    head.log_hash = chain(head.log_hash, text)
    head.log_length += 1
    effects.log.append(text)
    return head.log_hash[:RECEIPT_BYTES]


def standings(session: Session) -> str:
    """The digest of what all players have: equal if, and only if, all of it is.

    SHA-256 of the JSON text of [number, points, correct, streak, response_total_ms, rank] of each player, by number.
    """
    rows = [
        (player.number, player.points, player.correct, player.streak, player.response_total_ms, player.rank)
        for player in session.players.values()
    ]
    return sha256(_encode(rows)).hexdigest()
