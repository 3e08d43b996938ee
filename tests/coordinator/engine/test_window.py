"""The window by arrival alone is tested with the question's life; here is what is forgiven of an answer's way."""

import pytest

from coordinator.engine import next_deadline
from quickpoll.protocol import (
    AnswerAccepted,
    CloseQuestion,
    ErrorCode,
    GetResults,
    LeaveSession,
    NextQuestion,
    Phase,
    QuestionResults,
    Results,
    SetExtraTime,
    Settings,
    YourResult,
)
from tests.coordinator.engine.game import SINGLE, Game, Seat, code, reloaded

AT_ONCE = Settings(lead_ms=0)
LIMIT_MS = SINGLE.time_limit_ms or 0


def with_links(*round_trips_ms: int, grace_ms: int = 500) -> tuple[Game, list[Seat]]:
    """An open question, and players whose round trips are known since they joined."""
    game = Game(SINGLE, SINGLE, settings=Settings(lead_ms=0, grace_ms=grace_ms))
    seats = []
    for number, round_trip_ms in enumerate(round_trips_ms):
        game.round_trip_ms = round_trip_ms
        seats.append(game.join(f"Player {number}"))
    game.round_trip_ms = 0
    game.open()
    return game, seats


def taps(game: Game, seat: Seat, response_ms: int, elapsed_ms: int | None, round_trip_ms: int) -> AnswerAccepted | None:
    """A right answer that arrives `response_ms` after the opening; None if it was refused."""
    game.now, game.round_trip_ms = game.session.head.opens_at + response_ms, round_trip_ms
    reply = game.answer(seat, 0, elapsed_ms=elapsed_ms)
    game.round_trip_ms = 0
    return reply if isinstance(reply, AnswerAccepted) else None


# -- what counts ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("elapsed_ms", "round_trip_ms", "grace_ms", "counted_ms"),
    [
        (None, 400, 500, 3000),  # who reports nothing is judged by arrival
        (2800, 400, 500, 2800),  # tapped so long after the options opened
        (2600, 400, 500, 2600),  # all that was measured
        (2599, 400, 500, 2600),  # and no more than that
        (0, 400, 500, 2600),  # whatever a client says
        (0, 2000, 500, 2500),  # however slow it seems to be
        (0, 2000, 2000, 1000),
        (0, 400, 0, 3000),  # the host wants no forgiveness
        (0, 0, 500, 3000),  # nothing was measured
        (3000, 400, 500, 3000),
        (3001, 400, 500, 3000),  # nobody is judged later than the answer arrived
        (3_600_000, 400, 500, 3000),
    ],
)
def test_what_the_page_reports_counts_within_what_was_measured(
    elapsed_ms: int | None, round_trip_ms: int, grace_ms: int, counted_ms: int
) -> None:
    game, (ann, *_) = with_links(0, 0, grace_ms=grace_ms)
    opens_at = game.session.head.opens_at
    accepted = taps(game, ann, 3000, elapsed_ms, round_trip_ms)
    assert accepted
    assert (accepted.received_at, accepted.counted_at) == (opens_at + 3000, opens_at + counted_ms)
    game.do(CloseQuestion())
    result = game.each(YourResult)[ann.connection]
    assert (result.response_ms, result.points) == (counted_ms, 1000 - (counted_ms // 20))
    told = game.by_host(GetResults())
    assert isinstance(told, Results)
    assert (told.players[0].answers[0] or result).response_ms == counted_ms


def test_nobody_is_judged_before_the_question_opened() -> None:
    game, (ann, *_) = with_links(0, 0)
    accepted = taps(game, ann, 100, 0, 400)
    assert accepted
    assert accepted.counted_at == game.session.head.opens_at


def test_an_answer_that_arrives_before_the_opening_stays_too_early() -> None:
    game = Game(SINGLE)
    ann = game.join("Ann")
    game.open()
    assert taps(game, ann, -1, 0, 400) is None


@pytest.mark.parametrize("round_trip_ms", [20, 100, 250, 400])
def test_players_with_equal_reactions_earn_the_same_over_any_link(round_trip_ms: int) -> None:
    """The options opened in time (only the answer's way is late), or as late as the question came (both ways are)."""
    for late_ms in (round_trip_ms // 2, round_trip_ms):
        game, (ann, ben) = with_links(round_trip_ms, 0)
        assert taps(game, ben, 2000, 2000, 0)
        assert taps(game, ann, 2000 + late_ms, 2000, round_trip_ms)
        results = game.each(YourResult)
        assert results[ann.connection].points == results[ben.connection].points == 900


def test_among_equals_the_quicker_tap_is_listed_first() -> None:
    game, (ann, ben, _) = with_links(400, 0, 0)
    assert taps(game, ben, 450, 450, 0)
    assert taps(game, ann, 490, 300, 400)
    game.do(CloseQuestion())
    assert game.session.head.leaderboard
    assert [entry.player_id for entry in game.session.head.leaderboard.entries[:2]] == [ann.id, ben.id]


def test_an_answer_sent_again_is_told_the_same_moments() -> None:
    game, (ann, *_) = with_links(0, 0)
    game.now, game.round_trip_ms = game.session.head.opens_at + 3000, 400
    first = game.answer(ann, 0, id="a", elapsed_ms=2700)
    game.now, game.round_trip_ms = game.now + 1000, 0
    assert game.answer(ann, 0, id="a", elapsed_ms=2700) == first
    game.do(CloseQuestion())
    game.do(NextQuestion())
    assert game.answer(ann, 0, question=0, id="a", elapsed_ms=2700) == first


# -- tapped in time, delivered late ---------------------------------------------------------


def test_an_answer_tapped_in_time_counts_though_it_arrives_late() -> None:
    game, (ann, _) = with_links(400, 400)
    accepted = taps(game, ann, LIMIT_MS + 200, LIMIT_MS, 400)
    assert accepted
    assert accepted.counted_at == game.closes_at
    assert game.session.head.phase is Phase.QUESTION
    game.do(CloseQuestion())
    assert game.each(YourResult)[ann.connection].points == 500


@pytest.mark.parametrize(
    ("response_ms", "elapsed_ms", "round_trip_ms"),
    [
        (LIMIT_MS + 200, LIMIT_MS + 1, 400),  # tapped too late
        (LIMIT_MS + 200, None, 400),  # says nothing
        (LIMIT_MS + 201, 0, 200),  # later than its connection explains
        (LIMIT_MS + 1, 0, 0),
    ],
)
def test_a_late_answer_does_not_count_otherwise(response_ms: int, elapsed_ms: int | None, round_trip_ms: int) -> None:
    game, (ann, _) = with_links(400, 400)
    assert taps(game, ann, response_ms, elapsed_ms, round_trip_ms) is None
    assert code(game.answer(ann, 0)) is ErrorCode.QUESTION_CLOSED
    assert game.session.head.answered == 0


@pytest.mark.parametrize(
    ("round_trips_ms", "grace_ms", "waits_ms"),
    [
        ((0, 0), 500, 0),
        ((40, 300), 500, 300),
        ((40, 3000), 500, 500),
        ((40, 300), 0, 0),
        ((40, 300), 100, 100),
    ],
)
def test_a_question_waits_as_long_as_the_slowest_link_of_those_who_have_not_answered(
    round_trips_ms: tuple[int, int], grace_ms: int, waits_ms: int
) -> None:
    game, seats = with_links(400, *round_trips_ms, grace_ms=grace_ms)
    assert taps(game, seats[0], 3000, 3000, 400), "the slowest of all has answered"
    head = game.session.head
    assert next_deadline(game.session) == (head.closes_at or 0) + 1
    game.now = (head.closes_at or 0) + 1
    game.tick()
    if waits_ms:
        assert not game.told(QuestionResults)
        assert next_deadline(game.session) == (head.closes_at or 0) + waits_ms + 1
        assert next_deadline(reloaded(game.session)) == next_deadline(game.session)
        game.now = (head.closes_at or 0) + waits_ms
        game.tick()
        assert not game.told(QuestionResults)
        game.now += 1
        game.tick()
    assert game.one(QuestionResults).answered == 1


def test_it_waits_no_longer_when_the_last_answer_is_there() -> None:
    game, (ann, ben) = with_links(400, 400)
    assert taps(game, ann, 3000, 3000, 400)
    game.time_up()
    assert taps(game, ben, LIMIT_MS + 150, LIMIT_MS - 50, 400)
    assert game.one(QuestionResults).answered == 2


def test_it_does_not_wait_for_who_leaves_meanwhile() -> None:
    game, (ann, ben) = with_links(0, 400)
    assert taps(game, ann, 3000, 3000, 0)
    game.time_up()
    game.by_player(ben, LeaveSession())
    assert game.one(QuestionResults).answered == 1


def test_a_resume_brings_the_link_of_the_new_connection() -> None:
    game, (ann, ben) = with_links(0, 400)
    assert taps(game, ann, 3000, 3000, 0)
    game.round_trip_ms = 80
    game.resume(ben)
    game.time_up()
    assert next_deadline(game.session) == game.closes_at + 80 + 1


def test_with_extra_time_an_answer_may_be_on_its_way_after_the_own_limit() -> None:
    game = Game(SINGLE, settings=AT_ONCE)
    game.round_trip_ms = 200
    ann, ben = game.join("Ann"), game.join("Ben")
    game.do(SetExtraTime(player_id=ann.id, percent=50))
    game.open()
    assert taps(game, ben, LIMIT_MS + 100, LIMIT_MS - 20, 200), "the question is open for Ann, and Ben tapped in time"
    game.now = game.session.head.opens_at + LIMIT_MS * 3 // 2 + 1
    game.tick()
    assert not game.told(QuestionResults)
    assert taps(game, ann, LIMIT_MS * 3 // 2 + 200, LIMIT_MS * 3 // 2, 200)
    assert game.one(QuestionResults).answered == 2


def test_each_question_waits_anew() -> None:
    game, (ann, ben) = with_links(0, 300)
    game.time_up()
    game.now = game.closes_at + 301
    game.tick()
    game.do(NextQuestion())
    game.now = game.session.head.opens_at
    assert taps(game, ann, 100, 100, 0)
    game.time_up()
    assert not game.told(QuestionResults)
    assert taps(game, ben, LIMIT_MS + 300, LIMIT_MS, 300)
    assert game.one(QuestionResults).answered == 2
