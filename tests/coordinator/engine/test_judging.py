from coordinator.engine import report
from coordinator.engine.scoring import OtherRules
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.protocol import CloseQuestion, NextQuestion, Settings, YourResult
from tests.coordinator.engine.game import POLL, SINGLE, Game


def test_right_wrong_and_silent_are_told_apart() -> None:
    game = Game(SINGLE)
    ann, ben, cem = game.join("Ann"), game.join("Ben"), game.join("Cem")
    game.open()
    game.now += 1000
    game.answer(ann, 0)
    game.answer(ben, 1)
    game.time_up()
    told = game.each(YourResult)
    assert told[ann.connection] == YourResult(
        question=0,
        answered=True,
        correct=True,
        points=950,
        total_points=950,
        rank=1,
        streak=1,
        response_ms=1000,
        share=100,
    )
    assert told[ben.connection] == YourResult(
        question=0, answered=True, correct=False, points=0, total_points=0, rank=2, streak=0, response_ms=1000, share=0
    )
    assert told[cem.connection] == YourResult(
        question=0, answered=False, correct=False, points=0, total_points=0, rank=2, streak=0, response_ms=None, share=0
    )


def test_a_streak_goes_over_a_poll_and_over_a_dropped_question() -> None:
    game = Game(SINGLE, POLL, SINGLE, SINGLE, settings=Settings(lead_ms=0, streak_bonus=True))
    game.session.ruling = OtherRules(void=frozenset({2}))
    ann = game.join("Ann")
    game.open()
    for answer in (0, 0, 1, 0):
        if game.session.head.results:
            game.do(NextQuestion())
        game.answer(ann, answer)
    assert [game.player(ann).streak, game.player(ann).points] == [2, 2100]
    assert (game.player(ann).answered, game.player(ann).correct) == (4, 2)


def test_speed_counts_for_nothing_where_a_ruling_says_so() -> None:
    game = Game(SINGLE)
    game.session.ruling = OtherRules(by_time=False)
    ann = game.join("Ann")
    game.open()
    game.now += 9000
    game.answer(ann, 0)
    assert game.player(ann).points == 1000


def test_nobody_is_judged_where_nobody_is() -> None:
    game = Game(SINGLE)
    game.open()
    game.do(CloseQuestion())
    assert game.each(YourResult) == {}
    assert game.session.head.limits_total_ms == SINGLE.time_limit_ms


def test_with_flat_scoring_a_late_answer_earns_as_much_as_a_quick_one() -> None:
    game = Game(SINGLE, settings=Settings(scoring="flat"))
    ann = game.join("Ann")
    game.open()
    game.now += 9000
    game.answer(ann, 0)
    assert game.player(ann).points == 1000


def test_a_penalty_is_for_wrong_answers_alone_and_totals_fall_below_zero() -> None:
    game = Game(SINGLE, POLL, settings=Settings(lead_ms=0, penalty=33))
    ann, ben, cem = game.join("Ann"), game.join("Ben"), game.join("Cem")
    game.open()
    game.answer(ann, 0)
    game.answer(ben, 1)
    game.time_up()
    assert [game.player(seat).points for seat in (ann, ben, cem)] == [1000, -330, 0]
    assert [game.player(seat).rank for seat in (ann, ben, cem)] == [1, 3, 2]
    assert game.each(YourResult)[ben.connection].points == -330
    told = report.results(game.session, 0, "r").players
    assert [(player.name, player.answers[0] and player.answers[0].points) for player in told] == [
        ("Ann", 1000),
        ("Cem", 0),
        ("Ben", -330),
    ]
    game.do(NextQuestion())
    game.answer(ben, 1)
    game.time_up()
    assert game.player(ben).points == -330


def test_the_log_says_how_it_was_scored_and_replays_so() -> None:
    game = Game(SINGLE, settings=Settings(scoring="flat", penalty=50))
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    game.now += 9000
    game.answer(ann, 0)
    game.answer(ben, 1)
    log = log_file.read(game.exported())
    assert (log.began.settings.scoring, log.began.settings.penalty) == ("flat", 50)
    assert [player.points for player in Replay(log).run().players.values()] == [1000, -500]
    by_speed = Replay(log, OtherRules(by_time=True)).run()
    assert [player.points for player in by_speed.players.values()] == [550, -500]
