import json
from hashlib import sha256

import pytest

from coordinator.engine import log_chain, records
from coordinator.engine.records import Record
from quickpoll import __version__
from quickpoll.protocol import (
    AnswerAccepted,
    AskExtraTime,
    CloseQuestion,
    Error,
    GetResults,
    KickPlayer,
    LeaveSession,
    LockSession,
    NextQuestion,
    PauseQuiz,
    ServerMessage,
    SetExtraTime,
    Settings,
    StartQuiz,
)
from tests.coordinator.engine.game import MULTIPLE, SINGLE, START_MS, Game, Seat, reloaded


def receipt_of(reply: ServerMessage) -> str:
    assert isinstance(reply, AnswerAccepted)
    assert reply.receipt
    return reply.receipt


def kinds(found: list[Record]) -> list[type]:
    return [type(record) for record in found]


def test_a_log_begins_with_the_session_and_its_versions_but_not_with_the_solutions() -> None:
    game = Game(SINGLE, MULTIPLE)
    assert game.logged() == [records.Began(START_MS, 1, __version__, "123456", "salt", "Capitals", 2, Settings())]


def test_each_hash_is_that_of_the_one_before_and_the_text() -> None:
    game = Game()
    game.join("Ann")
    first, second = game.log
    assert game.session.head.log_hash == sha256(sha256(bytes(32) + first).digest() + second).digest()
    assert game.session.head.log_length == 2


def test_a_receipt_begins_the_hash_of_its_answers_record() -> None:
    game = Game()
    ann, _ = game.join("Ann"), game.join("Ben")
    game.open()
    receipt = receipt_of(game.answer(ann, 2))
    assert game.logged() == [records.Answered(game.now, 0, 0, 2, None, 0)]
    assert receipt == game.session.head.log_hash.hex()[:20]


def test_an_answer_that_is_sent_again_gets_the_same_receipt_even_from_a_stored_session() -> None:
    game = Game()
    ann, _ = game.join("Ann"), game.join("Ben")
    game.open()
    receipt = receipt_of(game.answer(ann, 2, id="a"))
    game.session = reloaded(game.session)
    assert receipt_of(game.answer(ann, 2, id="a")) == receipt
    assert game.logged() == []


def test_what_was_done_is_logged_and_then_what_came_of_it() -> None:
    game = Game(SINGLE, MULTIPLE, settings=Settings(lead_ms=0))
    ann, ben = game.join("Ann"), game.join("Ben", id="ben")
    assert game.logged() == [records.PlayerJoined(START_MS, 1, "p1", "Ben", "p1", 0)]
    game.do(StartQuiz())
    assert kinds(game.logged()) == [records.Next, records.Opened]
    game.answer(ann, 0)
    game.now += 100
    game.answer(ben, 2)
    closed = game.logged()[1]
    assert isinstance(closed, records.Closed)
    assert (closed.correct, closed.counts, closed.answered, closed.total) == ((0,), (1, 0, 1), 2, 2)
    rows = [[0, 1000, 1, 1, 0, 1], [1, 0, 0, 0, 100, 2]]
    assert closed.standings == sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()
    game.do(NextQuestion())
    game.do(CloseQuestion())
    assert kinds(game.logged()) == [records.ClosesQuestion, records.Closed]
    game.do(NextQuestion())
    assert kinds(game.logged()) == [records.Next, records.Ended]


def test_who_goes_comes_back_leaves_and_is_kicked_is_logged() -> None:
    game = Game()
    ann, ben = game.join("Ann"), game.join("Ben")
    game.disconnect(ann)
    assert game.logged() == [records.Away(game.now, (0,))]
    game.resume(ann)
    assert game.logged() == [records.Connected(game.now, 0, 0)]
    game.by_player(ann, LeaveSession())
    assert game.logged() == [records.Left(game.now, 0)]
    game.do(KickPlayer(player_id=ben.id))
    assert game.logged() == [records.PlayerKicked(game.now, 1)]


def test_what_the_host_sets_is_logged_once() -> None:
    game = Game()
    ann = game.join("Ann")
    game.do(LockSession(locked=True))
    assert game.logged() == [records.Locked(game.now, True)]
    game.do(LockSession(locked=True))
    assert game.logged() == []
    game.do(PauseQuiz(paused=True))
    assert game.logged() == [records.Paused(game.now, True)]
    game.do(SetExtraTime(player_id=ann.id, percent=50))
    assert game.logged() == [records.ExtraTime(game.now, 0, 50)]


def nothing(game: Game, ann: Seat) -> None:
    assert isinstance(game.answer(ann, 0, question=7), Error)
    assert isinstance(game.try_join("Ann"), Error)
    game.by_player(ann, AskExtraTime())
    game.by_host(GetResults())
    game.resume_host(game.new_connection())
    game.tick()


def test_what_is_refused_or_changes_no_result_is_not_logged() -> None:
    game = Game()
    ann = game.join("Ann")
    before = len(game.log)
    nothing(game, ann)
    game.disconnect_host()
    assert len(game.log) == before


def test_nothing_is_logged_after_the_end() -> None:
    game = Game(SINGLE)
    ann = game.join("Ann")
    game.open()
    game.time_up()
    game.do(NextQuestion())
    before = len(game.log)
    game.disconnect(ann)
    game.resume(ann)
    game.do(LockSession(locked=True))
    game.do(KickPlayer(player_id=ann.id))
    assert len(game.log) == before == game.session.head.log_length


def test_a_session_of_a_version_without_logs_plays_on_without_one() -> None:
    game = Game()
    game.session.head.log_hash, game.session.head.log_length = b"", 0
    ann = game.join("Ann")
    game.open()
    reply = game.answer(ann, 0, id="a")
    assert isinstance(reply, AnswerAccepted)
    assert not reply.receipt
    assert game.session.head.log_length == 0


@pytest.mark.parametrize("text", [b"", b'["answer",1,2,3,4]'])
def test_a_link_is_the_hash_of_both(text: bytes) -> None:
    assert log_chain.chain(b"before", text) == sha256(b"before" + text).digest()
