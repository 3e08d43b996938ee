from coordinator.engine import Session
from quickpoll.envelope import Identity
from quickpoll.protocol import LeaveSession, NextQuestion, Role
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


def test_an_answer_belongs_to_its_question_alone() -> None:
    game = in_the_middle()
    player = game.session.players["p3"]
    assert player.answer is not None
    assert not game.session.has_answered(player)


def test_identities_name_the_session_by_code_and_nonce() -> None:
    session = Game().session
    assert session.host_identity == Identity("123456", "nonce", Role.HOST)
    assert session.player_identity("p9") == Identity("123456", "nonce", Role.PLAYER, "p9")
