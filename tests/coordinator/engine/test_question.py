import pytest
from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine import next_deadline, report
from coordinator.engine.question import AWAY_GRACE_MS
from coordinator.engine.views import session_view
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.protocol import (
    Answer,
    AnswerAccepted,
    CloseQuestion,
    EarlierShown,
    ErrorCode,
    ExtendQuestion,
    Leaderboard,
    LeaveSession,
    NewQuestion,
    NextQuestion,
    Ok,
    PauseQuiz,
    Phase,
    Question,
    QuestionClock,
    QuestionExtended,
    QuestionNotes,
    QuestionResults,
    QuizEnded,
    QuizPaused,
    Resumed,
    Role,
    Rule,
    Ruling,
    SetExtraTime,
    Settings,
    ShowEarlier,
    SingleQuestion,
    SkipQuestion,
    StartQuiz,
    StopClock,
    UndoRuling,
    YourFinal,
    YourResult,
)
from tests.coordinator.engine.game import MULTIPLE, POLL, SINGLE, TRUE_FALSE, Game, Seat, code, replies

STREAKS = Settings(lead_ms=0, streak_bonus=True)


def play(game: Game) -> None:
    """Opens the next question and goes to the moment when answers count."""
    game.do(StartQuiz() if game.session.head.phase is Phase.LOBBY else NextQuestion())
    game.now = game.session.head.opens_at


# -- opening --------------------------------------------------------------------------------


def test_a_question_is_said_ahead_of_the_moment_it_opens() -> None:
    game = Game(settings=Settings(lead_ms=2500))
    game.do(StartQuiz())
    asked = game.one(NewQuestion)
    assert (asked.question.index, asked.question.total, asked.seq) == (0, 2, 1)
    assert asked.opens_at == game.now + 2500
    assert (asked.closes_at or 0) == asked.opens_at + (SINGLE.time_limit_ms or 0)


def test_the_next_question_follows_the_results() -> None:
    game = Game()
    play(game)
    game.time_up()
    play(game)
    assert game.session.head.question == 1
    assert game.session.head.answered == 0


# -- the window of an answer ----------------------------------------------------------------


def test_an_answer_counts_from_the_first_to_the_last_moment() -> None:
    game = Game(SINGLE)
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    accepted = game.answer(ann, 0, id="a")
    assert isinstance(accepted, AnswerAccepted)
    assert (accepted.received_at, accepted.counted_at, accepted.reply_to) == (game.now, game.now, "a")
    game.now = game.closes_at
    assert isinstance(game.answer(ben, 0), AnswerAccepted)


def test_an_answer_before_the_question_opens_is_too_early() -> None:
    game = Game()
    ann = game.join("Ann")
    assert code(game.answer(ann, 0, question=0)) is ErrorCode.NOT_OPEN_YET, "in the lobby"
    game.do(StartQuiz())
    game.now = game.session.head.opens_at - 1
    assert code(game.answer(ann, 0)) is ErrorCode.NOT_OPEN_YET
    assert game.session.head.answered == 0


def test_an_answer_after_the_last_moment_finds_the_question_closed_without_a_tick() -> None:
    game = Game()
    ann = game.join("Ann")
    game.open()
    game.now = game.closes_at + 1
    assert code(game.answer(ann, 0)) is ErrorCode.QUESTION_CLOSED
    assert game.one(QuestionResults).answered == 0
    assert game.player(ann).points == 0


def test_an_answer_to_another_question_changes_nothing() -> None:
    game = Game()
    ann = game.join("Ann")
    game.open()
    assert code(game.answer(ann, 0, question=1)) is ErrorCode.NOT_OPEN_YET
    assert code(game.answer(ann, 0, question=199)) is ErrorCode.NOT_OPEN_YET
    game.time_up()
    assert code(game.answer(ann, 0, question=0)) is ErrorCode.QUESTION_CLOSED
    assert code(game.answer(ann, 0, question=1)) is ErrorCode.NOT_OPEN_YET
    play(game)
    assert code(game.answer(ann, 0, question=0)) is ErrorCode.QUESTION_CLOSED
    game.time_up()
    game.do(NextQuestion())
    assert code(game.answer(ann, 0, question=1)) is ErrorCode.QUESTION_CLOSED, "the quiz is over"
    assert game.player(ann).points == 0


def test_only_the_first_answer_counts() -> None:
    game = Game()
    ann, _ = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, 1)
    assert code(game.answer(ann, 0)) is ErrorCode.ALREADY_ANSWERED
    assert game.session.head.counts == [0, 1, 0]


def test_the_same_answer_sent_again_is_accepted_again_and_counts_once() -> None:
    game = Game()
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    first = game.answer(ann, 0, id="a")
    game.now += 900
    assert game.answer(ann, 0, id="a") == first
    assert game.session.head.answered == 1
    game.answer(ben, 0)
    assert game.answer(ann, 0, id="a") == first, "also when the question is closed"
    play(game)
    assert game.answer(ann, 0, id="a", question=0) == first, "also when the next one is open"
    assert game.session.head.answered == 0


def test_an_answer_whose_reply_was_lost_is_recognised_after_later_ones_too() -> None:
    game = Game(SINGLE, SINGLE, SINGLE, SINGLE)
    ann = game.join("Ann")
    given = []
    for index in range(4):
        play(game)
        given.append(game.answer(ann, 0, id=f"answer {index}"))
        assert [game.answer(ann, 0, id=f"answer {number}", question=number) for number in range(index + 1)] == given
    assert game.session.players[ann.id].correct == 4


def test_an_id_used_for_one_question_does_not_answer_the_next() -> None:
    game = Game(SINGLE, SINGLE)
    ann, _ = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, 0, id="a")
    game.time_up()
    play(game)
    game.answer(ann, 1, id="a")
    assert game.session.head.counts == [0, 1, 0]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (SINGLE, 3),
        (SINGLE, -1),
        (SINGLE, (0,)),
        (SINGLE, True),
        (TRUE_FALSE, 2),
        (POLL, 2),
        (POLL, (0, 1)),
        (MULTIPLE, 0),
        (MULTIPLE, ()),
        (MULTIPLE, (0, 0)),
        (MULTIPLE, (0, 3)),
        (MULTIPLE, (True,)),
    ],
)
def test_an_answer_must_fit_its_question(question: Question, answer: Answer) -> None:
    game = Game(question)
    ann = game.join("Ann")
    game.open()
    assert code(game.answer(ann, answer)) is ErrorCode.INVALID_ANSWER
    assert game.session.head.answered == 0
    assert isinstance(game.answer(ann, (0, 2) if question is MULTIPLE else 0), AnswerAccepted), "it may be corrected"


# -- closing --------------------------------------------------------------------------------


def test_a_question_closes_when_its_time_has_passed_and_not_before() -> None:
    game = Game()
    game.open()
    game.now = game.closes_at
    game.tick()
    assert not game.told(QuestionResults)
    game.now += 1
    game.tick()
    assert game.one(QuestionResults).correct == (0,)


def test_the_host_closes_a_question_early() -> None:
    game = Game()
    game.join("Ann")
    game.open()
    game.do(CloseQuestion())
    assert game.one(QuestionResults).answered == 0
    assert game.session.head.phase is Phase.RESULTS


def test_a_command_that_means_another_question_than_the_one_shown_does_nothing() -> None:
    """The host on two devices: both press, one is a moment late."""
    game = Game()
    game.join("Ann")
    game.open()
    assert code(game.by_host(CloseQuestion(question=1))) is ErrorCode.WRONG_PHASE
    game.do(CloseQuestion(question=0))
    assert code(game.by_host(NextQuestion(question=1))) is ErrorCode.WRONG_PHASE
    game.do(NextQuestion(question=0))
    assert code(game.by_host(CloseQuestion(question=0))) is ErrorCode.WRONG_PHASE
    assert (game.session.head.phase, game.session.head.question) == (Phase.QUESTION, 1)


def test_results_say_when_the_next_question_comes_by_itself() -> None:
    game = Game(settings=Settings(auto_advance_ms=5000))
    game.open()
    game.time_up()
    assert game.one(QuestionResults).advances_at == game.now + 5000
    game.now += 1000
    game.do(PauseQuiz(paused=True))
    assert game.one(QuizPaused).advances_at is None
    game.do(PauseQuiz(paused=False))
    assert game.one(QuizPaused).advances_at == game.now + 5000


def test_results_come_first_then_each_players_own_then_the_leaderboard() -> None:
    game = Game()
    ann = game.join("Ann")
    game.open()
    game.answer(ann, 0)
    kinds = [type(message) for effect in game.effects.said for message in [getattr(effect, "message", None)]]
    assert kinds[-3:] == [QuestionResults, type(None), Leaderboard]
    assert list(game.each(YourResult)) == [ann.connection]
    assert game.one(QuestionResults).seq + 1 == game.one(Leaderboard).seq


def test_a_question_closes_when_every_connected_player_has_answered() -> None:
    game = Game()
    ann, ben, cem = game.join("Ann"), game.join("Ben"), game.join("Cem")
    game.disconnect(cem)
    game.open()
    game.answer(ann, 0)
    assert not game.told(QuestionResults)
    game.answer(ben, 1)
    results = game.one(QuestionResults)
    assert (results.answered, results.total, results.counts) == (2, 2, (1, 1, 0))


def test_a_question_closes_when_the_last_one_without_an_answer_leaves() -> None:
    game = Game()
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, 0)
    assert isinstance(game.by_player(ben, LeaveSession()), Ok)
    assert game.one(QuestionResults).total == 1


def _ben_is_away_and_all_others_have_answered() -> tuple[Game, Seat, Seat]:
    game = Game()
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, 0)
    game.disconnect(ben)
    return game, ann, ben


def test_a_question_waits_a_while_for_one_whose_connection_is_gone() -> None:
    game, _, _ = _ben_is_away_and_all_others_have_answered()
    closes_at = game.now + AWAY_GRACE_MS
    assert (next_deadline(game.session) or 0) <= closes_at
    game.now = closes_at - 1
    game.tick()
    assert not game.told(QuestionResults)
    assert next_deadline(game.session) == closes_at
    game.now = closes_at
    game.tick()
    assert game.one(QuestionResults).total == 1


def test_who_comes_back_in_time_can_still_answer_and_then_nobody_waits() -> None:
    game, _, ben = _ben_is_away_and_all_others_have_answered()
    game.now += AWAY_GRACE_MS - 1
    game.resume(ben)
    assert isinstance(game.answer(ben, 1), AnswerAccepted)
    assert game.one(QuestionResults).answered == 2


def test_the_first_who_comes_back_after_an_outage_does_not_close_the_question_for_the_others() -> None:
    game, ann, ben = _ben_is_away_and_all_others_have_answered()
    game.disconnect(ann)
    game.now += AWAY_GRACE_MS + 1000
    game.resume(ann)
    assert not game.told(QuestionResults)
    game.now += AWAY_GRACE_MS - 1
    game.resume(ben)
    assert isinstance(game.answer(ben, 1), AnswerAccepted)
    assert game.one(QuestionResults).answered == 2


def test_a_question_closes_when_the_only_one_left_comes_back_and_has_answered() -> None:
    game = Game()
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, 0)
    game.disconnect(ann)
    game.by_player(ben, LeaveSession())
    assert not game.told(QuestionResults), "nobody is connected"
    game.resume(ann)
    assert game.one(QuestionResults).answered == 1
    assert game.each(YourResult)[ann.connection].points == 1000


def test_who_has_long_been_away_is_not_waited_for() -> None:
    game = Game()
    ann, ben = game.join("Ann"), game.join("Ben")
    game.disconnect(ben)
    game.now += AWAY_GRACE_MS
    game.open()
    game.answer(ann, 0)
    assert game.one(QuestionResults).total == 1


def test_a_question_goes_on_without_any_connected_player() -> None:
    game = Game()
    ann = game.join("Ann")
    game.open()
    game.disconnect(ann)
    assert not game.told(QuestionResults)
    assert game.session.head.phase is Phase.QUESTION


def test_an_answer_counts_also_when_its_player_is_gone_before_the_end() -> None:
    game = Game()
    ann, ben, cem = game.join("Ann"), game.join("Ben"), game.join("Cem")
    game.open()
    game.answer(ann, 0)
    game.answer(ben, 1)
    game.disconnect(ann)
    game.by_player(ben, LeaveSession())
    game.answer(cem, 0)
    results = game.one(QuestionResults)
    assert (results.answered, results.total, results.counts) == (3, 3, (2, 1, 0))
    assert game.player(ann).points == 1000
    assert list(game.each(YourResult)) == [cem.connection], "own results go to who is connected"


def test_counts_of_a_multiple_question_are_by_option() -> None:
    game = Game(MULTIPLE)
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, (2, 0))
    game.answer(ben, (0, 1))
    results = game.one(QuestionResults)
    assert (results.correct, results.counts, results.answered) == ((0, 2), (2, 1, 1), 2)
    assert game.player(ann).points == 500
    assert game.player(ben).points == 0


# -- what a result says ---------------------------------------------------------------------


def test_a_poll_brings_no_points_and_leaves_the_streak() -> None:
    game = Game(SINGLE, POLL, SINGLE)
    ann = game.join("Ann")
    for _ in range(2):
        play(game)
        game.answer(ann, 0)
    result = game.each(YourResult)[ann.connection]
    assert (result.correct, result.points, result.streak, result.total_points) == (None, 0, 1, 1000)
    assert game.one(QuestionResults).correct == ()
    play(game)
    game.answer(ann, 0)
    assert game.each(YourResult)[ann.connection].streak == 2


def test_a_wrong_answer_and_a_missing_one_end_a_streak() -> None:
    game = Game(*[SINGLE] * 4)
    ann, ben = game.join("Ann"), game.join("Ben")
    streaks = []
    for choices in ((0, 0), (0, 0), (1, None), (0, 0)):
        play(game)
        for seat, choice in zip((ann, ben), choices, strict=True):
            if choice is not None:
                game.answer(seat, choice)
        if None in choices:
            game.time_up()
        mine = game.each(YourResult)
        streaks.append((mine[ann.connection].streak, mine[ben.connection].streak))
    assert streaks == [(1, 1), (2, 2), (0, 0), (1, 1)]


def test_the_streak_bonus_is_paid_only_where_it_is_set() -> None:
    for settings, totals in ((STREAKS, [1000, 2100, 3300]), (Settings(), [1000, 2000, 3000])):
        game = Game(*[SINGLE] * 3, settings=settings)
        ann = game.join("Ann")
        seen = []
        for _ in range(3):
            play(game)
            game.answer(ann, 0)
            seen.append(game.each(YourResult)[ann.connection].total_points)
        assert seen == totals


def test_a_question_without_points_pays_no_bonus_and_keeps_the_streak() -> None:
    worthless = SingleQuestion("For fun?", SINGLE.options, points=0)
    game = Game(SINGLE, worthless, SINGLE, settings=STREAKS)
    ann = game.join("Ann")
    earned = []
    for _ in range(3):
        play(game)
        game.answer(ann, 0)
        earned.append(game.each(YourResult)[ann.connection].points)
    assert earned == [1000, 0, 1200]


def test_among_equals_the_quicker_is_listed_first_and_no_answer_counts_as_the_whole_time() -> None:
    game = Game(SINGLE)
    ann, ben, cem = game.join("Ann"), game.join("Ben"), game.join("Cem")
    game.open()
    game.now += 400
    game.answer(cem, 0)
    game.now += 50
    game.answer(ben, 0)
    game.time_up()
    assert [(e.name, e.rank) for e in game.one(Leaderboard).entries] == [("Cem", 1), ("Ben", 1), ("Ann", 3)]
    assert game.player(ann).response_total_ms == SINGLE.time_limit_ms


def test_who_joins_late_has_the_response_time_of_one_who_never_answered() -> None:
    game = Game(SINGLE, POLL, SINGLE)
    ann = game.join("Ann")
    for _ in range(2):
        play(game)
        game.time_up()
    ben = game.join("Ben")
    assert game.player(ben).response_total_ms == game.player(ann).response_total_ms == SINGLE.time_limit_ms
    play(game)
    cem = game.join("Cem")
    game.time_up()
    assert game.player(cem).response_total_ms == 2 * SINGLE.time_limit_ms
    assert [e.name for e in game.one(Leaderboard).entries] == ["Ann", "Ben", "Cem"]


def test_the_leaderboard_has_the_first_ten_and_how_they_moved() -> None:
    game = Game(SINGLE, SINGLE)
    seats = game.join_many(12)
    game.open()
    game.answer(seats[0], 0)
    game.time_up()
    board = game.one(Leaderboard)
    assert (len(board.entries), board.total) == (10, 12)
    assert board.entries[0].previous_rank is None
    play(game)
    game.answer(seats[11], 0)
    game.now += 600
    game.answer(seats[0], 0)
    game.time_up()
    first, second = game.one(Leaderboard).entries[:2]
    assert (first.player_id, first.delta, first.rank, first.previous_rank) == ("p0", 970, 1, 1)
    assert (second.player_id, second.delta, second.rank, second.previous_rank) == ("p11", 1000, 2, 2)


# -- advancing and the end ------------------------------------------------------------------


def test_after_the_last_question_the_quiz_ends_with_a_podium() -> None:
    game = Game(SINGLE, POLL)
    seats = game.join_many(4)
    game.open()
    for number, seat in enumerate(seats):
        game.now += number * 600
        game.answer(seat, 0)
    play(game)
    game.time_up()
    game.do(NextQuestion())
    ended = game.one(QuizEnded)
    assert [entry.player_id for entry in ended.podium] == ["p0", "p1", "p2"]
    assert (ended.total, ended.questions) == (4, 2)
    finals = game.each(YourFinal)
    points = game.player(seats[3]).points
    assert finals[seats[3].connection] == YourFinal(
        rank=4, points=points, correct=1, questions=2, best_streak=1, average_response_ms=600 + 1200 + 1800
    )
    assert game.session.head.phase is Phase.ENDED


def test_who_left_after_the_last_question_is_not_on_the_podium() -> None:
    game = Game(SINGLE)
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, 0)
    game.answer(ben, 1)
    game.by_player(ann, LeaveSession())
    game.do(NextQuestion())
    assert [(e.player_id, e.rank, e.previous_rank) for e in game.one(QuizEnded).podium] == [(ben.id, 1, None)]
    assert game.each(YourFinal)[ben.connection].rank == 1
    assert game.effects.touched == {ben.id}


def test_auto_advance_opens_the_next_question_and_ends_the_quiz() -> None:
    game = Game(settings=Settings(auto_advance_ms=5000))
    game.open()
    game.time_up()
    closed_at = game.now
    game.now += 4999
    game.tick()
    assert game.session.head.phase is Phase.RESULTS
    game.now += 1
    game.tick()
    assert game.one(NewQuestion).opens_at == closed_at + 5000 + 3000
    game.time_up()
    game.now += 5000
    game.tick()
    assert game.one(QuizEnded)


def test_while_paused_nothing_moves_on_by_itself() -> None:
    game = Game(settings=Settings(auto_advance_ms=5000))
    game.open()
    game.do(PauseQuiz(paused=True))
    assert (game.one(QuizPaused).paused, game.one(QuizPaused).seq) == (True, 2)
    game.time_up()
    assert game.one(QuestionResults), "an open question is not stopped"
    assert next_deadline(game.session) == game.session.head.idle_at
    game.now += 60_000
    game.tick()
    assert game.session.head.phase is Phase.RESULTS


def test_a_pause_in_the_results_starts_their_time_again() -> None:
    game = Game(settings=Settings(auto_advance_ms=5000))
    game.open()
    game.time_up()
    game.now += 4999
    game.do(PauseQuiz(paused=True))
    game.now += 60_000
    game.do(PauseQuiz(paused=False))
    assert game.one(QuizPaused).paused is False
    assert next_deadline(game.session) == game.now + 5000
    game.now += 5000
    game.tick()
    assert game.one(NewQuestion)


def test_the_host_moves_on_during_a_pause_and_it_stays_one() -> None:
    game = Game(SINGLE, SINGLE, SINGLE, settings=Settings(auto_advance_ms=5000))
    game.open()
    game.do(PauseQuiz(paused=True))
    game.time_up()
    play(game)
    game.time_up()
    assert session_view(game.session, game.now, Role.PLAYER).paused
    assert next_deadline(game.session) == game.session.head.idle_at


def test_unpausing_while_a_question_is_open_lets_its_results_move_on() -> None:
    game = Game(settings=Settings(auto_advance_ms=5000))
    game.do(PauseQuiz(paused=True))
    game.open()
    game.do(PauseQuiz(paused=False))
    game.time_up()
    assert next_deadline(game.session) == game.now + 5000


def test_pausing_twice_or_not_at_all_says_nothing_and_starts_nothing_again() -> None:
    game = Game(settings=Settings(auto_advance_ms=5000))
    game.open()
    game.time_up()
    moves_on_at = next_deadline(game.session)
    game.now += 1000
    game.do(PauseQuiz(paused=False))
    assert not game.told(QuizPaused)
    assert next_deadline(game.session) == moves_on_at
    game.do(PauseQuiz(paused=True))
    game.do(PauseQuiz(paused=True))
    assert not game.told(QuizPaused)


def test_a_pause_without_auto_advance_is_only_said() -> None:
    game = Game()
    game.open()
    game.time_up()
    game.do(PauseQuiz(paused=True))
    game.do(PauseQuiz(paused=False))
    assert game.one(QuizPaused)
    assert next_deadline(game.session) == game.session.head.idle_at


def test_the_final_tells_best_streak_and_average_time_also_on_return() -> None:
    game = Game(SINGLE, SINGLE, SINGLE, POLL, SINGLE)
    ann, ben = game.join("Ann"), game.join("Ben")
    for choice, response_ms in ((0, 100), (0, 201), (1, 0), (0, 1000), (0, 0)):
        play(game)
        game.now += response_ms
        game.answer(ann, choice)
        game.time_up()
    game.do(NextQuestion())
    finals = game.each(YourFinal)
    # Right, right, wrong, a poll, right.
    assert (finals[ann.connection].best_streak, finals[ann.connection].average_response_ms) == (2, 1301 // 5)
    assert (finals[ben.connection].best_streak, finals[ben.connection].average_response_ms) == (0, None)
    resumed = game.resume(ann)
    assert isinstance(resumed, Resumed)
    assert resumed.you
    assert resumed.you.final == YourFinal(
        rank=1, points=4000 - 1000, correct=3, questions=5, best_streak=2, average_response_ms=260
    )
    assert resumed.you.closes_at is UNSET


def test_the_host_may_move_on_before_auto_advance_does() -> None:
    game = Game(SINGLE, SINGLE, SINGLE, settings=Settings(auto_advance_ms=5000))
    game.open()
    game.time_up()
    play(game)
    assert game.session.head.advance_at is None
    game.now += 4000
    game.tick()
    assert game.session.head.question == 1


def test_a_late_tick_opens_the_next_question_ahead_of_its_own_time() -> None:
    game = Game(SINGLE, SINGLE, settings=Settings(auto_advance_ms=1000))
    game.open()
    game.now += 60_000
    game.tick()
    assert game.session.head.phase is Phase.RESULTS, "results are shown for their time even then"
    game.now += 60_000
    game.tick()
    assert game.one(NewQuestion).opens_at == game.now + 3000


def test_auto_advance_without_a_pause_shows_results_and_the_next_question_at_once() -> None:
    game = Game(settings=Settings(auto_advance_ms=0))
    ann = game.join("Ann")
    game.open()
    game.time_up()
    assert game.one(QuestionResults).question == 0
    assert game.one(NewQuestion).question.index == 1
    assert game.one(NewQuestion).seq == 4
    assert replies(game.effects) == []
    assert game.player(ann).streak == 0


# -- the host leads freely --------------------------------------------------------------------


def replays(game: Game) -> bool:
    """Whether the log plays to the same results."""
    replayed = Replay(log_file.read(game.exported())).run()
    return report.results(replayed, 0, "r") == report.results(game.session, 0, "r")


def test_a_skipped_question_shows_its_results_and_counts_for_nothing() -> None:
    game = Game(SINGLE, SINGLE, settings=Settings(lead_ms=0, streak_bonus=True, penalty=50))
    ann, ben = game.join("Ann"), game.join("Ben")
    play(game)
    game.answer(ann, 0)
    game.answer(ben, 1)
    play(game)
    game.answer(ann, 1)
    assert code(game.by_host(SkipQuestion(question=0))) is ErrorCode.WRONG_PHASE
    game.do(SkipQuestion(question=1))
    results, mine = game.one(QuestionResults), game.each(YourResult)[ann.connection]
    assert (results.void, results.counts, results.correct) == (True, (0, 1, 0), (0,))
    assert (mine.correct, mine.share, mine.points, mine.total_points, mine.streak) == (None, None, 0, 1000, 1)
    assert [game.player(seat).points for seat in (ann, ben)] == [1000, -500]
    assert code(game.by_host(SkipQuestion())) is ErrorCode.WRONG_PHASE
    resumed = game.resume(ann)
    assert isinstance(resumed, Resumed)
    assert resumed.session.results == results
    assert replays(game)


def test_the_host_gives_more_time_again_and_again() -> None:
    game = Game(SINGLE, SINGLE, settings=Settings(lead_ms=0))
    ann, ben = game.join("Ann"), game.join("Ben")
    game.do(SetExtraTime(player_id=ben.id, percent=50))
    play(game)
    closes_at = game.closes_at
    game.now = closes_at - 1
    game.do(ExtendQuestion(question=0))
    game.do(ExtendQuestion(by_ms=5000))
    told = game.one(QuestionExtended)
    assert (told.time_limit_ms, told.closes_at) == (25_000, closes_at + 15_000)
    assert next_deadline(game.session) == game.session.head.opens_at + 37_500 + 1, "extra time is added to it"
    game.now = closes_at + 15_000
    assert isinstance(game.answer(ann, 0), AnswerAccepted)
    resumed = game.resume(ben)
    assert isinstance(resumed, Resumed)
    assert resumed.you
    assert resumed.you.closes_at == game.session.head.opens_at + 37_500
    assert resumed.session.question
    assert resumed.session.question.time_limit_ms == 25_000
    game.now = game.session.head.opens_at + 37_501
    game.tick()
    assert game.each(YourResult)[ann.connection].points == 500, "half of them at the end of the longer limit"
    play(game)
    assert game.closes_at == game.session.head.opens_at + 10_000, "the next question has its own limit"
    assert report.results(game.session, 0, "r").questions[0].time_limit_ms == 25_000
    assert replays(game)


def test_a_question_without_a_limit_ends_when_all_have_answered_or_the_host_closes_it() -> None:
    game = Game(replace(SINGLE, time_limit_ms=None), SINGLE)
    ann, ben = game.join("Ann"), game.join("Ben")
    play(game)
    assert game.session.head.closes_at is None
    game.now += 3_600_000
    game.tick()
    assert next_deadline(game.session) == game.session.head.idle_at
    assert code(game.by_host(ExtendQuestion())) is ErrorCode.WRONG_PHASE
    game.answer(ann, 0)
    assert game.session.head.phase is Phase.QUESTION
    game.answer(ben, 1)
    told = game.each(YourResult)
    assert (told[ann.connection].points, told[ann.connection].response_ms) == (1000, 3_600_000)
    assert game.player(ann).response_total_ms == 0, "nor does its time decide among equals"
    assert replays(game)


def test_notes_are_for_the_hosts_devices() -> None:
    game = Game(replace(SINGLE, notes="Mention Lake Victoria."))
    ann = game.join("Ann")
    game.do(StartQuiz())
    assert game.one(QuestionNotes) == QuestionNotes(question=0, notes="Mention Lake Victoria.")
    host, player = game.resume_host(game.new_connection()), game.resume(ann)
    assert isinstance(host, Resumed)
    assert isinstance(player, Resumed)
    assert (host.session.notes, player.session.notes) == ("Mention Lake Victoria.", UNSET)


@pytest.mark.parametrize("when", ["end", "never"])
def test_ranks_are_told_when_the_host_says_so_and_in_no_message_before(when: str) -> None:
    game = Game(SINGLE, SINGLE, settings=Settings(lead_ms=0, ranking="end" if when == "end" else "never"))
    ann, ben = game.join("Ann"), game.join("Ben")
    for _ in range(2):
        play(game)
        game.answer(ann, 0)
        game.answer(ben, 1)
        assert game.told(Leaderboard) == []
        assert {result.rank for result in game.each(YourResult).values()} == {None}
        resumed = game.resume(ann)
        assert isinstance(resumed, Resumed)
        assert resumed.you
        assert resumed.you.result
        assert (resumed.you.rank, resumed.you.result.rank, resumed.session.leaderboard) == (None, None, UNSET)
    game.do(NextQuestion())
    ranks = [final.rank for final in game.each(YourFinal).values()]
    boards = [[entry.rank for entry in board.entries] for board in game.told(Leaderboard)]
    podium = [entry.rank for entry in game.one(QuizEnded).podium]
    if when == "end":
        assert (ranks, boards, podium) == ([1, 2], [[1, 2]], [1, 2])
    else:
        assert (ranks, boards, podium) == ([None, None], [], [])
    again = game.resume(ann)
    assert isinstance(again, Resumed)
    assert again.you
    assert again.you.rank == (1 if when == "end" else None)
    assert [player.rank for player in report.results(game.session, 0, "r").players] == [1, 2], "the host gets them"
    assert replays(game)


def test_phones_may_be_spared_their_own_rank() -> None:
    game = Game(settings=Settings(rank_on_players=False))
    ann = game.join("Ann")
    play(game)
    game.answer(ann, 0)
    assert game.each(YourResult)[ann.connection].rank is None
    assert game.one(Leaderboard).entries[0].rank == 1


def test_the_time_for_which_the_clock_stands_counts_for_nobody() -> None:
    game = Game(SINGLE, settings=Settings(lead_ms=0))
    ann, ben, cid, dai = game.join_many(4)
    game.do(SetExtraTime(player_id=dai.id, percent=50))
    game.open()
    opened_at, closes_at = game.now, game.closes_at
    game.now += 2000
    game.answer(ann, 0)
    game.now += 2000
    game.do(StopClock(question=0, stopped=True))
    assert game.one(QuestionClock) == QuestionClock(
        seq=game.session.head.seq, question=0, stopped_at=game.now, opens_at=opened_at, closes_at=closes_at
    )
    game.now += 60_000
    game.tick()
    assert game.session.head.phase is Phase.QUESTION
    game.answer(ben, 0, elapsed_ms=64_000)
    game.do(StopClock(question=0, stopped=False))
    clock = game.one(QuestionClock)
    assert (clock.stopped_at, clock.opens_at, clock.closes_at) == (None, opened_at + 60_000, closes_at + 60_000)
    resumed = game.resume(dai)
    assert isinstance(resumed, Resumed)
    assert resumed.you
    assert resumed.you.closes_at == closes_at + 60_000 + 5000
    game.now += 2000
    game.round_trip_ms = 300
    game.answer(cid, 0, elapsed_ms=65_900)
    game.do(CloseQuestion())
    times = [game.player(seat).response_total_ms for seat in (ann, ben, cid)]
    assert times == [2000, 4000, 5900]
    assert replays(game)


def test_the_clock_stops_once_and_only_where_it_runs() -> None:
    game = Game(SINGLE, replace(SINGLE, time_limit_ms=None))
    ann, _ = game.join_many(2)
    game.open()
    assert code(game.by_host(StopClock(stopped=True, question=1))) is ErrorCode.WRONG_PHASE
    for stopped in (True, False):
        game.do(StopClock(stopped=stopped))
        assert game.told(QuestionClock)
        game.do(StopClock(stopped=stopped))
        assert not game.told(QuestionClock)
    game.do(StopClock(stopped=True))
    game.do(ExtendQuestion())
    game.answer(ann, 0)
    game.do(CloseQuestion())
    game.do(NextQuestion())
    game.now = game.session.head.opens_at
    resumed = game.resume(ann)
    assert isinstance(resumed, Resumed)
    assert resumed.session.stopped_at is None
    assert code(game.by_host(StopClock(stopped=True))) is ErrorCode.WRONG_PHASE
    game.do(CloseQuestion())
    assert replays(game)


def test_a_clock_that_stops_before_the_options_open_keeps_them_closed() -> None:
    game = Game(SINGLE, settings=Settings(lead_ms=3000))
    ann, ben = game.join_many(2)
    game.do(StartQuiz())
    opens_at, closes_at = game.session.head.opens_at, game.closes_at
    game.now += 1000
    game.do(StopClock(stopped=True))
    game.now += 60_000
    game.tick()
    assert game.session.head.phase is Phase.QUESTION
    assert code(game.answer(ann, 0)) is ErrorCode.NOT_OPEN_YET
    assert code(game.by_host(StopClock(stopped=True, question=1))) is ErrorCode.WRONG_PHASE
    game.do(StopClock(stopped=False))
    clock = game.one(QuestionClock)
    assert (clock.opens_at, clock.closes_at) == (opens_at + 60_000, closes_at + 60_000)
    game.now = clock.opens_at - 1
    assert code(game.answer(ann, 0)) is ErrorCode.NOT_OPEN_YET
    game.now = clock.opens_at + 4000
    game.round_trip_ms = 300
    assert isinstance(game.answer(ann, 0, elapsed_ms=3900), AnswerAccepted)
    game.answer(ben, 0)
    assert [game.player(seat).response_total_ms for seat in (ann, ben)] == [3900, 4000], "pages count from the opening"
    assert replays(game)


def test_whose_time_was_up_when_the_clock_stopped_is_late() -> None:
    game = Game(SINGLE, settings=Settings(lead_ms=0))
    ann, ben = game.join_many(2)
    game.do(SetExtraTime(player_id=ann.id, percent=50))
    game.open()
    game.now = game.closes_at + 1000
    game.do(StopClock(stopped=True))
    assert code(game.answer(ben, 0)) is ErrorCode.QUESTION_CLOSED
    assert isinstance(game.answer(ann, 0), AnswerAccepted)


def test_results_of_an_earlier_question_are_shown_again_on_the_devices_of_the_host() -> None:
    game = Game(SINGLE, SINGLE, SINGLE, settings=Settings(lead_ms=0))
    ann = game.join("Ann")
    game.open()
    game.answer(ann, 0)
    assert code(game.by_host(ShowEarlier(question=1))) is ErrorCode.WRONG_PHASE
    game.do(NextQuestion())
    assert code(game.by_host(ShowEarlier(question=0))) is ErrorCode.WRONG_PHASE
    game.answer(ann, 1)
    game.do(ShowEarlier(question=0))
    shown = game.one(EarlierShown).earlier
    assert shown is not None
    assert (shown.question.index, shown.results.question, shown.results.counts) == (0, 0, (1, 0, 0))
    game.do(ShowEarlier(question=0))
    assert not game.told(EarlierShown)
    remote = game.resume_host(game.new_connection(), remote=True)
    assert isinstance(remote, Resumed)
    assert remote.session.earlier == shown
    playing = game.resume(ann)
    assert isinstance(playing, Resumed)
    assert playing.session.earlier is UNSET
    game.by_host(Rule(question=0, ruling=Ruling(void=True)))
    shown = game.one(EarlierShown).earlier
    assert shown is not None
    assert shown.results.void is True
    game.do(ShowEarlier(question=1))
    assert game.one(EarlierShown).earlier is None
    game.do(ShowEarlier(question=0))
    game.do(NextQuestion())
    assert game.session.head.earlier is None
    game.answer(ann, 0)
    game.do(ShowEarlier(question=0))
    game.do(NextQuestion())
    assert game.session.head.earlier is None
    for index in (2, 0):
        game.do(ShowEarlier(question=index))
        shown = game.one(EarlierShown).earlier
        assert shown is not None
        assert shown.results.question == index, "after the end the last question is an earlier one, too"
    game.do(UndoRuling(number=1))
    shown = game.one(EarlierShown).earlier
    assert shown is not None
    assert shown.results.void is UNSET
    stage = game.resume_host(game.new_connection())
    assert isinstance(stage, Resumed)
    assert stage.session.earlier == shown
    assert replays(game)
