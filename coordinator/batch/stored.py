"""What Redis holds of a session, so that a batch writes what it has changed and not what it has left alone.

While a question is open, nearly all batches bring answers and nothing else. An answer and the counts that it moves take
a hundred bytes; the records that they are part of take a thousand, and each of them goes to the disk before anything is
acknowledged. So in an open question only those fields of the head are written that differ from the head as it was last
written whole, and of players who have answered only the answers, those of one batch together. When the question closes,
which changes everybody's record anyway, all records are whole again.
"""

from collections.abc import Mapping

from coordinator.batch import snapshots
from coordinator.batch.snapshots import AnswerOf
from coordinator.engine import Changes, Session
from quickpoll.protocol import Phase


class Stored:
    """The records of one session as Redis holds them."""

    def __init__(self) -> None:
        """Redis holds nothing of it."""
        self._head = b""
        """As it is, with all changes."""
        self._whole = b""
        """As it was last written whole."""
        self._question: int | None = None
        """The question that was open then."""
        self._has_since = False
        """Whether `since` is stored."""
        self._batches = 0
        """How many batches of answers are stored apart from their players' records."""
        self._apart: set[str] = set()
        """Ids of these players."""

    @classmethod
    def found(cls, session: Session, fields: Mapping[bytes, bytes]) -> "Stored":
        """From the hash of which a session was just restored."""
        stored = cls()
        stored._head = snapshots.encode_head(session.head)
        stored._whole = fields[snapshots.HEAD.encode()]
        if snapshots.is_open(stored._whole):
            stored._question = session.head.question
        stored._has_since = snapshots.SINCE.encode() in fields
        batches = snapshots.batches_of_answers(fields)
        stored._batches = len(batches)
        numbers = {answer.number for batch in batches for answer in batch}
        stored._apart = {player.id for player in session.players.values() if player.number in numbers}
        return stored

    def misses(self, session: Session, changes: Changes) -> bool:
        """Whether anything of a session has to be written."""
        if changes.touched or changes.answered or changes.removed:
            return True
        return self._head != snapshots.encode_head(session.head)

    def write(self, session: Session, step: int, changes: Changes) -> tuple[dict[str, bytes], list[str]]:
        """The fields that bring Redis to where a session is now, and those that are to be deleted.

        Of a session that is over only the head remains: all that was there before has to be deleted first.

        Args:
            session: as it is now.
            step: the number of its last Step.
            changes: what was changed since the last time.
        """
        is_new, is_over = not self._head, session.head.closed
        is_open = session.head.phase is Phase.QUESTION and not is_over
        question = session.head.question if is_open else None
        goes_on = is_open and question == self._question
        self._question = question
        removed = [*map(snapshots.player_field, changes.removed)]
        fields = self._write_head(session, step, removed, goes_on=goes_on)
        if is_over:
            return fields, []
        touched = set(changes.touched)
        answered = [one for one in changes.answered if one in session.players and one not in touched]
        if not goes_on:
            touched |= session.players.keys() & self._apart.union(answered)
            removed += map(snapshots.answers_field, range(1, self._batches + 1))
            self._batches = 0
            self._apart.clear()
        elif answered:
            self._batches += 1
            self._apart.update(answered)
            answers = tuple(AnswerOf.last(session.players[player_id]) for player_id in answered)
            fields[snapshots.answers_field(self._batches)] = snapshots.encode(answers)
        if is_new or changes.quiz:
            fields[snapshots.QUIZ] = snapshots.encode(session.quiz)
        for player_id in touched:
            fields[snapshots.player_field(player_id)] = snapshots.encode(session.players[player_id])
        for index in changes.written:
            fields[snapshots.written_field(index)] = snapshots.encode(session.written[index])
        for index in changes.curated:
            fields[snapshots.curation_field(index)] = snapshots.encode(session.curations[index])
        return fields, removed

    def _write_head(self, session: Session, step: int, removed: list[str], *, goes_on: bool) -> dict[str, bytes]:
        self._head = snapshots.encode_head(session.head)
        if goes_on:
            since = snapshots.encode_since(self._whole, self._head, step)
            if len(since) < len(self._head):
                self._has_since = True
                return {snapshots.SINCE: since}
        if self._has_since:
            self._has_since = False
            removed.append(snapshots.SINCE)
        self._whole = self._head
        return {snapshots.HEAD: self._head, snapshots.STEP: b"%d" % step}
