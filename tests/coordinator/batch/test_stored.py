"""That what is written of a session always adds up to the session is a law of `test_engine.py`, too."""

from coordinator.batch import snapshots
from coordinator.batch.snapshots import decode_session
from coordinator.batch.stored import Stored
from coordinator.engine import Changes, Drawn, Effects
from quickpoll.envelope import Entry
from quickpoll.protocol import CloseQuestion, EndSession, NextQuestion, SkipQuestion
from tests.coordinator.engine.game import NOTHING, SINGLE, Game

STEP = 7


class StoredGame(Game):
    """A game, and the hash in which it is stored. Its first question is open, and all of it was written."""

    def __init__(self, players: int) -> None:
        self.change = Changes()
        self.stored = Stored()
        self.fields: dict[bytes, bytes] = {}
        super().__init__(SINGLE, SINGLE)
        self.change.add(self.effects)
        self.seats = self.join_many(players)
        self.open()
        self.write()

    def apply(self, entry: Entry, drawn: Drawn = NOTHING) -> Effects:
        effects = super().apply(entry, drawn)
        self.change.add(effects)
        return effects

    def write(self) -> set[str]:
        """Stores what has changed; returns the names of the fields that were written."""
        fields, removed = self.stored.write(self.session, STEP, self.change)
        self.change = Changes()
        if self.session.head.closed:
            self.fields.clear()
        self.fields |= {name.encode(): value for name, value in fields.items()}
        for name in removed:
            self.fields.pop(name.encode(), None)
        restored, step = decode_session(self.session.code, self.fields)
        assert (restored.head, step) == (self.session.head, STEP)
        assert restored == self.session or self.session.head.closed
        return set(fields)

    def another_coordinator_goes_on(self) -> None:
        self.session, _ = decode_session(self.session.code, self.fields)
        self.stored = Stored.found(self.session, self.fields)


def test_answers_are_written_without_the_rest_of_their_records() -> None:
    game = StoredGame(4)
    ann, ben, cleo, _ = game.seats
    game.answer(ann, 0)
    game.answer(ben, 1)
    assert game.write() == {"since", "a:1"}
    game.answer(cleo, 0)
    assert game.write() == {"since", "a:2"}
    assert len(game.fields[b"since"]) < len(game.fields[b"head"]) / 2


def test_all_records_are_whole_when_the_question_has_closed() -> None:
    game = StoredGame(3)
    for seat in game.seats:
        game.answer(seat, 0)
        game.write()
    assert game.fields.keys() == {b"head", b"step", b"quiz", b"p:p0", b"p:p1", b"p:p2"}
    game.do(NextQuestion())
    game.now = game.session.head.opens_at
    game.answer(game.seats[0], 1)
    game.write()
    game.answer(game.seats[1], 1)
    assert game.write() == {"since", "a:1"}


def test_a_question_that_another_takes_the_place_of_in_the_same_batch_leaves_nothing_apart() -> None:
    game = StoredGame(2)
    game.answer(game.seats[0], 0)
    game.write()
    game.do(SkipQuestion(question=0))
    game.do(NextQuestion())
    assert game.write() >= {"head", "step", "p:p0", "p:p1"}
    assert {b"since", b"a:1"}.isdisjoint(game.fields)


def test_a_player_who_comes_back_has_the_answer_in_a_record_of_later() -> None:
    game = StoredGame(2)
    ann = game.seats[0]
    game.answer(ann, 0)
    game.write()
    game.disconnect(ann)
    assert "p:p0" in game.write()
    game.another_coordinator_goes_on()
    assert game.player(ann).answer is not None
    game.resume(ann)
    game.write()


def test_whoever_takes_over_in_the_middle_leaves_nothing_behind() -> None:
    game = StoredGame(3)
    game.answer(game.seats[0], 0)
    game.write()
    game.another_coordinator_goes_on()
    game.answer(game.seats[1], 0)
    assert game.write() == {"since", "a:2"}
    game.do(CloseQuestion(question=0))
    game.write()
    assert game.fields.keys() == {b"head", b"step", b"quiz", b"p:p0", b"p:p1", b"p:p2"}


def test_of_a_session_that_ends_in_an_open_question_the_head_remains() -> None:
    game = StoredGame(2)
    game.answer(game.seats[0], 0)
    game.write()
    game.do(EndSession())
    assert game.write() == {"head", "step"}


def test_an_older_version_leaves_a_session_alone_while_a_question_is_open() -> None:
    game = StoredGame(2)
    assert game.fields[b"head"][:1] != snapshots.FORMAT
    game.do(CloseQuestion(question=0))
    game.write()
    assert game.fields[b"head"][:1] == snapshots.FORMAT


def test_what_has_not_changed_is_not_missed() -> None:
    game = StoredGame(2)
    assert not game.stored.misses(game.session, Changes())
    game.session.head.locked = True
    assert game.stored.misses(game.session, Changes())
