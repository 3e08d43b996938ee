"""A phone that has forgotten its token gets its seat back through the host, and through nobody else."""

import pytest
from msgspec import UNSET

from coordinator.engine import ToMany
from quickpoll.envelope import Audience
from quickpoll.protocol import (
    CloseCode,
    ErrorCode,
    HostPlayer,
    Joined,
    LockSession,
    NextQuestion,
    OfferSeat,
    Phase,
    PlayersReturned,
    Resumed,
    SeatOffered,
    Settings,
    YourFinal,
)
from tests.coordinator.engine.game import MULTIPLE, SINGLE, Game, Seat, code, reloaded


def offer(game: Game, seat: Seat, *, offered: bool = True) -> None:
    game.do(OfferSeat(player_id=seat.id, offered=offered))


def is_offered(game: Game) -> list[bool]:
    resumed = game.resume_host(game.new_connection())
    assert isinstance(resumed, Resumed)
    assert isinstance(resumed.session.players, tuple)
    return [player.seat_offered is True for player in resumed.session.players if isinstance(player, HostPlayer)]


def after_a_question() -> tuple[Game, Seat]:
    game = Game(SINGLE, MULTIPLE)
    ann = game.join("Ann")
    game.open()
    game.answer(ann, 0)
    assert game.session.head.phase is Phase.RESULTS
    return game, ann


def test_whoever_joins_by_the_name_of_a_seat_that_is_offered_has_it_with_its_points() -> None:
    game, ann = after_a_question()
    game.disconnect(ann)
    assert code(game.try_join("Ann")) is ErrorCode.NAME_TAKEN
    offer(game, ann)
    joined = game.try_join(" ANN ")
    assert isinstance(joined, Joined)
    assert (joined.player_id, joined.name) == (ann.id, "Ann")
    assert joined.you is not UNSET
    assert joined.you.total_points == game.session.players[ann.id].points > 0
    assert joined.you.result is not UNSET
    assert len(game.session.players) == 1


def test_the_host_is_told_of_it_on_each_device() -> None:
    game, ann = after_a_question()
    game.disconnect(ann)
    offer(game, ann)
    assert ToMany(Audience.HOST, SeatOffered(player_id=ann.id, offered=True)) in game.effects.said
    assert game.effects.touched == {ann.id}
    assert is_offered(game) == [True]
    game.now += 1000
    game.try_join("Ann")
    assert game.one(SeatOffered).offered is False
    assert game.one(PlayersReturned).player_ids == (ann.id,)
    assert is_offered(game) == [False]


def test_an_offer_is_for_one() -> None:
    game, ann = after_a_question()
    game.disconnect(ann)
    offer(game, ann)
    assert isinstance(game.try_join("Ann"), Joined)
    assert code(game.try_join("Ann")) is ErrorCode.NAME_TAKEN


def test_an_offer_can_be_taken_back() -> None:
    game, ann = after_a_question()
    game.disconnect(ann)
    offer(game, ann)
    offer(game, ann, offered=False)
    assert game.one(SeatOffered).offered is False
    assert code(game.try_join("Ann")) is ErrorCode.NAME_TAKEN


def test_an_offer_ends_when_its_player_is_back() -> None:
    game, ann = after_a_question()
    game.disconnect(ann)
    offer(game, ann)
    game.resume(ann)
    game.disconnect(ann)
    assert code(game.try_join("Ann")) is ErrorCode.NAME_TAKEN


def test_the_seat_of_somebody_who_is_here_or_has_left_is_not_offered() -> None:
    game, ann = after_a_question()
    offer(game, ann)
    assert not game.told(SeatOffered)
    assert code(game.try_join("Ann")) is ErrorCode.NAME_TAKEN
    game.do(OfferSeat(player_id="nobody", offered=True))
    assert not game.told(SeatOffered)


def test_an_offer_is_stored() -> None:
    game, ann = after_a_question()
    game.disconnect(ann)
    offer(game, ann)
    assert reloaded(game.session).players[ann.id].seat_offered


@pytest.mark.parametrize("closed", ["locked", "full"])
def test_a_session_that_lets_nobody_in_lets_the_player_of_an_offered_seat_in(closed: str) -> None:
    game = Game(settings=Settings(max_players=1))
    ann = game.join("Ann")
    game.do(LockSession(locked=closed == "locked"))
    game.disconnect(ann)
    offer(game, ann)
    assert isinstance(game.try_join("Ann"), Joined)


def test_after_the_end_there_is_the_final_result() -> None:
    game = Game(SINGLE)
    ann = game.join("Ann")
    game.open()
    game.answer(ann, 0)
    game.do(NextQuestion())
    game.disconnect(ann)
    offer(game, ann)
    joined = game.try_join("Ann")
    assert isinstance(joined, Joined)
    assert joined.you is not UNSET
    assert isinstance(joined.you.final, YourFinal)


def test_the_device_that_had_the_seat_may_still_come_back_to_it() -> None:
    game, ann = after_a_question()
    game.disconnect(ann)
    offer(game, ann)
    elsewhere = game.new_connection()
    assert isinstance(game.try_join("Ann", connection=elsewhere), Joined)
    game.resume(ann)
    assert game.closed() == {elsewhere: CloseCode.CONNECTED_ELSEWHERE}


def test_a_join_that_is_sent_again_says_what_the_player_has() -> None:
    game, ann = after_a_question()
    game.disconnect(ann)
    offer(game, ann)
    again = "0123456789abcdef"
    first = game.try_join("Ann", id=again)
    second = game.try_join("Ann", id=again)
    assert isinstance(first, Joined)
    assert isinstance(second, Joined)
    assert first.you == second.you
