from coordinator.engine import Session
from quickpoll.envelope import Identity
from quickpoll.protocol import ExtraTimePercent, LeaveSession, NextQuestion, Role, SetExtraTime
from tests.coordinator.engine.game import SINGLE, Game, reloaded, state_bytes


def counts(session: Session) -> tuple[int, int, int, int]:
    return session.connected, session.waiting, session.absent, session.total


def in_the_middle() -> Game:
    """Two questions in: somebody answered, somebody is away, somebody left with an answer."""
    game = Game(SINGLE, SINGLE)
    seats = game.join_many(5)
    game.open()
    for seat in seats:
        game.answer(seat, 0)
    game.do(NextQuestion())
    game.now = game.session.head.opens_at
    for seat in seats[:3]:
        game.answer(seat, 1)
    game.disconnect(seats[1])
    game.by_player(seats[2], LeaveSession())
    return game


def test_counts_are_kept_through_joining_answering_leaving_and_going_away() -> None:
    game = in_the_middle()
    assert counts(game.session) == (3, 2, 0, 5)  # two wait, and three have answered


def test_a_loaded_session_has_the_same_counts_names_and_order() -> None:
    session = in_the_middle().session
    again = reloaded(session)
    assert again == session
    assert counts(again) == counts(session)
    assert list(again.players) == list(session.players) == ["p0", "p1", "p3", "p4"]
    assert state_bytes(again) == state_bytes(session)


def test_those_with_a_longer_limit_are_counted_by_it_as_long_as_they_have_not_answered() -> None:
    game = Game(SINGLE, SINGLE)
    seats = game.join_many(4)
    percents: list[ExtraTimePercent] = [25, 50, 50, 0]
    for seat, percent in zip(seats, percents, strict=True):
        game.do(SetExtraTime(player_id=seat.id, percent=percent))
    game.open()
    session = game.session
    assert (session.longer_waiting, session.longer_absent) == ({25: 1, 50: 2, 100: 0}, {25: 0, 50: 0, 100: 0})
    game.answer(seats[0], 0)
    game.disconnect(seats[1])
    assert (session.longer_waiting, session.longer_absent) == ({25: 0, 50: 1, 100: 0}, {25: 0, 50: 1, 100: 0})
    game.by_player(seats[2], LeaveSession())
    game.resume(seats[1])
    game.do(SetExtraTime(player_id=seats[3].id, percent=100))
    assert (session.longer_waiting, session.longer_absent) == ({25: 0, 50: 1, 100: 0}, {25: 0, 50: 0, 100: 0})
    assert reloaded(session) == session
    game.time_up()
    game.now = game.session.head.opens_at + 15_001
    game.do(NextQuestion())
    assert session.longer_waiting == {25: 1, 50: 1, 100: 1}


def test_an_answer_belongs_to_its_question_alone() -> None:
    game = in_the_middle()
    player = game.session.players["p3"]
    assert player.answer is not None
    assert not game.session.has_answered(player)


def test_identities_name_the_session_by_code_and_nonce() -> None:
    session = Game().session
    assert session.host_identity == Identity("123456", "nonce", Role.HOST)
    assert session.player_identity("p9") == Identity("123456", "nonce", Role.PLAYER, "p9")
