import pytest

from coordinator.engine import ToMany, next_deadline, question
from coordinator.engine.progress import SLACK_MS
from coordinator.engine.question import AWAY_GRACE_MS
from quickpoll.envelope import Audience
from quickpoll.protocol import (
    AnswerAccepted,
    AskExtraTime,
    CloseQuestion,
    ErrorCode,
    ExtraTimeAsked,
    ExtraTimePercent,
    ExtraTimeSet,
    KickPlayer,
    Leaderboard,
    LeaveSession,
    NewQuestion,
    NextQuestion,
    Ok,
    Option,
    Phase,
    Question,
    QuestionResults,
    Resumed,
    SetExtraTime,
    Settings,
    SingleQuestion,
    YourExtraTime,
    YourResult,
)
from tests.coordinator.engine.game import SINGLE, Game, Seat, code, reloaded, state_bytes

LIMIT_MS = SINGLE.time_limit_ms or 0
AT_ONCE = Settings(lead_ms=0)


def with_extra_time(percent: ExtraTimePercent = 50, *questions: Question) -> tuple[Game, Seat, Seat]:
    """Ann has extra time, Ben has not; question 0 is open."""
    game = Game(*(questions or (SINGLE, SINGLE)), settings=AT_ONCE)
    ann, ben = game.join("Ann"), game.join("Ben")
    game.do(SetExtraTime(player_id=ann.id, percent=percent))
    game.open()
    return game, ann, ben


def at(game: Game, response_ms: int) -> None:
    game.now = game.session.head.opens_at + response_ms
    game.tick()


def you(game: Game, seat: Seat) -> tuple[int, bool]:
    resumed = game.resume(seat)
    assert isinstance(resumed, Resumed)
    assert resumed.you
    return resumed.you.extra_time_percent, resumed.you.asks_extra_time


# -- asked and set --------------------------------------------------------------------------


def test_the_host_hears_at_most_ten_times_a_second_who_asks() -> None:
    game = Game()
    ann, ben, cem = game.join("Ann"), game.join("Ben"), game.join("Cem")
    game.now += 100
    game.tick()
    assert game.by_player(ann, AskExtraTime(id="a")) == Ok(reply_to="a")
    assert game.told(ExtraTimeAsked) == []
    game.now += 100
    game.tick()
    assert game.one(ExtraTimeAsked).player_ids == (ann.id,)
    game.by_player(ben, AskExtraTime())
    game.by_player(cem, AskExtraTime())
    assert next_deadline(game.session) == game.now + 100 + SLACK_MS
    game.now += 100
    game.tick()
    assert game.effects.said == [ToMany(Audience.HOST, ExtraTimeAsked(player_ids=(ben.id, cem.id)))]


def test_who_asks_again_is_told_once() -> None:
    game = Game()
    ann = game.join("Ann")
    game.now += 100
    game.by_player(ann, AskExtraTime())
    assert game.one(ExtraTimeAsked).player_ids == (ann.id,)
    game.now += 100
    assert game.by_player(ann, AskExtraTime()) == Ok()
    assert game.told(ExtraTimeAsked) == []
    assert game.effects.touched == set()


@pytest.mark.parametrize("how", ["set", "left"])
def test_who_needs_no_answer_any_more_is_not_told(how: str) -> None:
    game = Game()
    ann = game.join("Ann")
    game.by_player(ann, AskExtraTime())
    if how == "set":
        game.do(SetExtraTime(player_id=ann.id, percent=25))
    else:
        game.by_player(ann, LeaveSession())
    game.now += 100
    game.tick()
    assert game.told(ExtraTimeAsked) == []


def test_a_host_who_is_away_finds_in_the_list_who_asks_and_who_has_extra_time() -> None:
    game = Game()
    ann, ben = game.join("Ann"), game.join("Ben")
    game.do(SetExtraTime(player_id=ben.id, percent=100))
    game.disconnect_host()
    game.by_player(ann, AskExtraTime())
    resumed = game.resume_host(game.new_connection())
    assert isinstance(resumed, Resumed)
    assert isinstance(resumed.session.players, tuple)
    assert [(p.asks_extra_time, p.extra_time_percent) for p in resumed.session.players] == [(True, 0), (False, 100)]
    game.now += 1000
    game.tick()
    assert game.told(ExtraTimeAsked) == []


def test_setting_it_is_told_to_the_player_and_to_the_host_and_answers_who_asked() -> None:
    game = Game()
    ann = game.join("Ann")
    game.by_player(ann, AskExtraTime())
    assert you(game, ann) == (0, True)
    game.do(SetExtraTime(player_id=ann.id, percent=25))
    assert game.each(YourExtraTime) == {ann.connection: YourExtraTime(percent=25)}
    assert ToMany(Audience.HOST, ExtraTimeSet(player_id=ann.id, percent=25)) in game.effects.said
    assert game.effects.touched == {ann.id}
    assert you(game, ann) == (25, False)


def test_a_request_can_be_declined() -> None:
    game = Game()
    ann = game.join("Ann")
    game.by_player(ann, AskExtraTime())
    game.do(SetExtraTime(player_id=ann.id, percent=0))
    assert game.each(YourExtraTime) == {ann.connection: YourExtraTime(percent=0)}
    assert you(game, ann) == (0, False)


def test_it_is_set_for_who_is_away_and_told_on_return() -> None:
    game = Game()
    ann = game.join("Ann")
    game.disconnect(ann)
    game.do(SetExtraTime(player_id=ann.id, percent=100))
    assert not game.each(YourExtraTime)
    assert you(game, ann) == (100, False)


def test_for_a_player_who_is_gone_nothing_is_set() -> None:
    game = Game()
    ann = game.join("Ann")
    game.do(KickPlayer(player_id=ann.id))
    before = game.session.head.seq
    assert game.by_host(SetExtraTime(player_id=ann.id, percent=50)) == Ok()
    assert not game.told(ExtraTimeSet)
    assert (game.effects.touched, game.session.head.seq) == (set(), before)


def test_the_same_setting_sent_again_is_done_once() -> None:
    game = Game()
    ann = game.join("Ann")
    game.do(SetExtraTime(id="1", player_id=ann.id, percent=50))
    game.do(SetExtraTime(id="2", player_id=ann.id, percent=0))
    game.do(SetExtraTime(id="1", player_id=ann.id, percent=50))
    assert you(game, ann) == (0, False)


# -- a player's limit --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("percent", "limit_ms", "own_limit_ms"),
    [(25, 10_000, 12_500), (50, 10_000, 15_000), (100, 10_000, 20_000), (25, 1001, 1251), (50, 1001, 1501)],
)
def test_an_answer_counts_until_the_own_limit(percent: ExtraTimePercent, limit_ms: int, own_limit_ms: int) -> None:
    asked = SingleQuestion("?", (Option("a", correct=True), Option("b")), time_limit_ms=limit_ms)
    game, ann, _ = with_extra_time(percent, asked)
    resumed = game.resume(ann)
    assert isinstance(resumed, Resumed)
    assert resumed.you
    assert resumed.you.closes_at == game.session.head.opens_at + own_limit_ms
    assert question.next_deadline(game.session) == game.session.head.opens_at + own_limit_ms + 1
    at(game, own_limit_ms)
    assert isinstance(game.answer(ann, 0), AnswerAccepted)
    assert game.each(YourResult)[ann.connection].points == 500

    game, ann, _ = with_extra_time(percent, asked)
    at(game, own_limit_ms + 1)
    assert game.one(QuestionResults).answered == 0
    assert code(game.answer(ann, 0)) is ErrorCode.QUESTION_CLOSED


def test_for_everyone_else_the_question_is_over_at_its_time() -> None:
    game, ann, ben = with_extra_time()
    at(game, LIMIT_MS + 1)
    assert game.session.head.phase is Phase.QUESTION
    assert code(game.answer(ben, 0)) is ErrorCode.QUESTION_CLOSED
    assert game.session.head.answered == 0
    assert isinstance(game.answer(ann, 0), AnswerAccepted)
    assert game.one(QuestionResults).answered == 1, "nobody is left who could answer"


def test_each_has_the_own_limit_and_the_longest_is_waited_for() -> None:
    game = Game(SINGLE, settings=AT_ONCE)
    ann, ben, cem = game.join("Ann"), game.join("Ben"), game.join("Cem")
    game.do(SetExtraTime(player_id=ann.id, percent=25))
    game.do(SetExtraTime(player_id=ben.id, percent=100))
    game.open()
    at(game, 12_501)
    assert code(game.answer(ann, 0)) is ErrorCode.QUESTION_CLOSED
    assert code(game.answer(cem, 0)) is ErrorCode.QUESTION_CLOSED
    at(game, 20_000)
    assert not game.told(QuestionResults)
    at(game, 20_001)
    assert game.one(QuestionResults).total == 3


def test_who_has_extra_time_and_has_answered_is_not_waited_for() -> None:
    game, ann, _ = with_extra_time()
    game.answer(ann, 0)
    assert question.next_deadline(game.session) == game.closes_at + 1
    game.time_up()
    assert game.one(QuestionResults).answered == 1


@pytest.mark.parametrize("how", ["leaves", "kicked"])
def test_a_question_that_waited_for_one_who_goes_is_closed(how: str) -> None:
    game, ann, _ = with_extra_time()
    at(game, LIMIT_MS + 1)
    if how == "leaves":
        game.by_player(ann, LeaveSession())
    else:
        game.do(KickPlayer(player_id=ann.id))
    assert game.one(QuestionResults).total == 1


def test_who_is_away_for_a_moment_keeps_the_own_limit() -> None:
    game, ann, _ = with_extra_time()
    at(game, LIMIT_MS + 1)
    game.disconnect(ann)
    game.now += AWAY_GRACE_MS
    game.tick()
    assert not game.told(QuestionResults)
    game.resume(ann)
    assert isinstance(game.answer(ann, 0), AnswerAccepted)
    assert game.one(QuestionResults).answered == 1


def test_who_stays_away_is_not_waited_for() -> None:
    game, ann, _ = with_extra_time()
    at(game, LIMIT_MS + 1)
    game.disconnect(ann)
    assert question.next_deadline(game.session) == game.now + AWAY_GRACE_MS + 1
    game.now += AWAY_GRACE_MS + 1
    game.tick()
    assert game.one(QuestionResults).answered == 0


def test_nobody_is_waited_for_beyond_the_own_limit() -> None:
    game, ann, _ = with_extra_time()
    at(game, LIMIT_MS * 3 // 2 - 100)
    game.disconnect(ann)
    assert question.next_deadline(game.session) == game.now + 101


def test_the_host_can_close_a_question_that_waits() -> None:
    game, _, _ = with_extra_time()
    at(game, LIMIT_MS + 1)
    game.do(CloseQuestion())
    assert game.one(QuestionResults).answered == 0


def test_what_is_set_during_a_question_holds_from_the_next_on() -> None:
    game, ann, ben = with_extra_time(50)
    game.do(SetExtraTime(player_id=ben.id, percent=100))
    game.do(SetExtraTime(player_id=ann.id, percent=0))
    game.do(SetExtraTime(player_id=ann.id, percent=25))
    resumed = game.resume(ann)
    assert isinstance(resumed, Resumed)
    assert resumed.you
    assert (resumed.you.extra_time_percent, resumed.you.closes_at) == (25, game.session.head.opens_at + 15_000)
    assert reloaded(game.session) == game.session
    at(game, 15_000)
    assert code(game.answer(ben, 0)) is ErrorCode.QUESTION_CLOSED
    assert isinstance(game.answer(ann, 0), AnswerAccepted)
    assert game.each(YourResult)[ann.connection].points == 500
    game.do(NextQuestion())
    assert game.one(NewQuestion).closes_at == game.now + LIMIT_MS, "it is nobody else's business"
    at(game, 12_501)
    assert code(game.answer(ann, 0)) is ErrorCode.QUESTION_CLOSED
    at(game, 20_000)
    assert isinstance(game.answer(ben, 0), AnswerAccepted)


def test_it_stays_after_the_session_was_stored_and_loaded() -> None:
    game, _, _ = with_extra_time()
    again = reloaded(game.session)
    assert again == game.session
    assert question.next_deadline(again) == question.next_deadline(game.session)
    assert state_bytes(again) == state_bytes(game.session)


# -- it costs nothing -----------------------------------------------------------------------


@pytest.mark.parametrize("percent", [25, 50, 100])
def test_half_of_the_own_limit_earns_what_half_of_the_limit_earns_others(percent: ExtraTimePercent) -> None:
    game, ann, ben = with_extra_time(percent)
    at(game, LIMIT_MS // 2)
    game.answer(ben, 0)
    response_ms = LIMIT_MS // 2 * (100 + percent) // 100
    at(game, response_ms)
    game.answer(ann, 0)
    results = game.each(YourResult)
    assert results[ann.connection].points == results[ben.connection].points == 750
    assert results[ann.connection].response_ms == response_ms, "what is told is the time that it took"
    first, second = game.one(Leaderboard).entries
    assert (first.rank, second.rank) == (1, 1)
    assert first.player_id == ann.id, "equally quick by their own measures, Ann joined first"


def test_among_equals_the_quicker_by_the_own_measure_is_first() -> None:
    game, ann, ben = with_extra_time(100)
    at(game, 5000)
    game.answer(ben, 1)
    at(game, 9999)
    game.answer(ann, 1)
    assert [entry.player_id for entry in game.one(Leaderboard).entries] == [ann.id, ben.id]
    assert [game.player(seat).response_total_ms for seat in (ann, ben)] == [4999, 5000]


def test_no_answer_counts_as_the_whole_limit_for_everyone() -> None:
    game, ann, ben = with_extra_time(100)
    at(game, 20_001)
    assert [game.player(seat).response_total_ms for seat in (ann, ben)] == [LIMIT_MS, LIMIT_MS]
