from collections.abc import Callable

import pytest

from coordinator.engine import Session, invariants
from coordinator.engine.history import RECORD_BYTES
from coordinator.engine.invariants import InvariantBroken
from quickpoll.envelope import ConnectionId
from quickpoll.protocol import EndSession, NextQuestion, Phase, StartQuiz
from tests.coordinator.engine.game import SINGLE, Game


def game_at(phase: Phase) -> Game:
    """A game of two questions with two players, one away, in this phase."""
    game = Game(SINGLE, SINGLE)
    ann, ben = game.join("Ann"), game.join("Ben")
    if phase is Phase.LOBBY:
        return game
    game.open()
    game.answer(ann, 0)
    game.disconnect(ben)
    if phase is Phase.QUESTION:
        return game
    game.time_up()
    if phase is Phase.ENDED:
        game.do(NextQuestion())
        game.time_up()
        game.do(NextQuestion())
    return game


@pytest.mark.parametrize("phase", Phase)
def test_all_holds_in_each_phase(phase: Phase) -> None:
    game = game_at(phase)
    assert game.session.head.phase is phase
    invariants.check(game.session)
    game.do(EndSession())
    invariants.check(game.session)


def set_head(**fields: object) -> Callable[[Session], None]:
    def change(session: Session) -> None:
        for name, value in fields.items():
            setattr(session.head, name, value)

    return change


def lose_count(session: Session) -> None:
    session.waiting += 1


def lose_a_longer_limit(session: Session) -> None:
    session.longer_absent[50] += 1


def swap(session: Session) -> None:
    session.players = dict(reversed(session.players.items()))


def share_a_connection(session: Session) -> None:
    first, second = session.players.values()
    second.connection = first.connection


def rename(session: Session) -> None:
    session.names["ghost"] = session.players["p0"]


def judge_too_early(session: Session) -> None:
    session.players["p0"].outcomes = bytes(2 * RECORD_BYTES)


BROKEN: list[tuple[Phase, Callable[[Session], None], str]] = [
    (Phase.LOBBY, set_head(question=0), "in the lobby no question"),
    (Phase.LOBBY, set_head(next_number=1), "below the next one"),
    (Phase.LOBBY, set_head(closed=True), "neither players nor hosts"),
    (Phase.LOBBY, share_a_connection, "no connection is two players"),
    (Phase.QUESTION, set_head(question=2), "one of the quiz"),
    (Phase.QUESTION, set_head(counts=[0]), "all of its counts"),
    (Phase.QUESTION, set_head(closes_at=0), "closes after it has opened"),
    (Phase.QUESTION, set_head(answered=0), "all answers are counted"),
    (Phase.QUESTION, set_head(advance_at=1), "no question follows by itself"),
    (Phase.QUESTION, judge_too_early, "nobody has an outcome"),
    (Phase.QUESTION, lose_count, "those who have yet to answer"),
    (Phase.QUESTION, lose_a_longer_limit, "those with a longer limit"),
    (Phase.QUESTION, swap, "order of joining"),
    (Phase.QUESTION, rename, "no name is taken twice"),
    (Phase.RESULTS, set_head(results=None), "results and leaderboard"),
    (Phase.RESULTS, set_head(tallies=[]), "each closed question has its counts"),
    (Phase.RESULTS, set_head(paused=True, advance_at=1), "no question follows by itself"),
    (Phase.ENDED, set_head(leaderboard=None), "results and leaderboard"),
]


@pytest.mark.parametrize(("phase", "change", "law"), BROKEN, ids=[law for _, _, law in BROKEN])
def test_what_does_not_hold_is_named(phase: Phase, change: Callable[[Session], None], law: str) -> None:
    session = game_at(phase).session
    change(session)
    with pytest.raises(InvariantBroken, match=law) as broken:
        invariants.check(session)
    assert str(broken.value).startswith("session 123456: ")


def test_a_player_who_was_put_under_another_id_is_noticed() -> None:
    game = Game()
    ann = game.join("Ann", connection=ConnectionId("g1", 7))
    game.session.players["other"] = game.session.players.pop(ann.id)
    with pytest.raises(InvariantBroken, match="found by their ids"):
        invariants.check(game.session)


def test_a_quiz_that_was_started_is_checked_like_any_other() -> None:
    game = Game()
    game.do(StartQuiz())
    invariants.check(game.session)
