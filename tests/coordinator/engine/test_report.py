import pytest

from coordinator.engine import LogPage, report
from coordinator.engine.history import RECORD_BYTES
from coordinator.engine.turn import Declined
from quickpoll.protocol import (
    ErrorCode,
    GetResults,
    LeaveSession,
    Log,
    MultipleQuestion,
    NextQuestion,
    Option,
    PlayerAnswer,
    QuestionSummary,
    Results,
    Settings,
    SlideQuestion,
    Solution,
    StartQuiz,
    Tally,
    encode_message,
)
from tests.coordinator.engine.game import MULTIPLE, POLL, SINGLE, TRUE_FALSE, Game, Seat, code


def test_a_page_of_the_log_is_said_as_it_was_read() -> None:
    game = Game()
    assert report.log_page(game.session, LogPage("a line\n", "7:00"), "r") == Log(
        text="a line\n", next_cursor="7:00", reply_to="r"
    )


def test_a_slide_brings_no_points_wherever_it_stands() -> None:
    slide = SlideQuestion("Half-time")
    game = Game(slide, SINGLE, slide)
    ann = game.join("Ann")
    game.do(StartQuiz())
    game.do(NextQuestion())
    game.now = game.session.head.opens_at
    game.answer(ann, 0)
    game.do(NextQuestion())
    game.do(NextQuestion())
    assert report.points_of(game.session, game.player(ann)) == [None, 1000, None]


def test_a_session_without_a_log_says_so() -> None:
    game = Game()
    game.session.head.log_hash = b""
    with pytest.raises(Declined, match="kept no log"):
        report.log_page(game.session, LogPage("", None), "r")


SIX = MultipleQuestion("All?", tuple(Option(f"{n}", correct=True) for n in range(6)), time_limit_ms=300_000)


def results(game: Game, offset: int = 0) -> Results:
    reply = game.by_host(GetResults(offset=offset))
    assert isinstance(reply, Results)
    return reply


def play(game: Game, *answers: tuple[Seat, int | tuple[int, ...], int]) -> None:
    """One question: each seat's answer after so many milliseconds; then the time is up."""
    game.do(StartQuiz() if game.session.head.question < 0 else NextQuestion())
    opens_at = game.session.head.opens_at
    for seat, choice, response_ms in answers:
        game.now = opens_at + response_ms
        game.answer(seat, choice)
    if game.session.head.results is None:
        game.time_up()


def test_the_host_gets_every_closed_question_with_its_counts_and_its_solution() -> None:
    game = Game(SINGLE, MULTIPLE, POLL)
    ann, ben = game.join("Ann"), game.join("Ben")
    play(game, (ann, 0, 0), (ben, 2, 700))
    play(game, (ann, (2, 0), 0))
    first, second = results(game).questions
    assert first == QuestionSummary(
        index=0,
        kind="single",
        text="Capital of Kenya?",
        options=("Nairobi", "Mombasa", "Kisumu"),
        correct=(0,),
        counts=(1, 0, 1),
        answered=2,
        total=2,
        points=1000,
        time_limit_ms=10_000,
        solution=Solution(correct=(0,)),
        tally=Tally(counts=(1, 0, 1)),
    )
    assert (second.correct, second.counts, second.answered, second.total) == ((0, 2), (1, 0, 1), 1, 2)


def test_the_host_gets_what_each_player_did_with_each_question() -> None:
    game = Game(SINGLE, MULTIPLE, POLL, TRUE_FALSE, settings=Settings(streak_bonus=True))
    ann, ben = game.join("Ann"), game.join("Ben")
    play(game, (ann, 0, 0), (ben, 2, 700))
    play(game, (ann, (2, 0), 5000))
    play(game, (ann, 1, 900), (ben, 0, 1000))
    play(game, (ben, 1, 499))
    game.do(NextQuestion())
    first, second = results(game).players
    assert (first.id, first.name, first.avatar, first.rank) == (ann.id, "Ann", ann.id, 1)
    assert (first.points, first.correct) == (1000 + 375 + 100, 2)
    assert first.answers == (
        PlayerAnswer(question=0, answer=0, correct=True, points=1000, response_ms=0, share=100),
        PlayerAnswer(question=1, answer=(0, 2), correct=True, points=475, response_ms=5000, share=100),
        PlayerAnswer(question=2, answer=1, correct=None, points=0, response_ms=900),
        PlayerAnswer(question=3, answer=None, correct=False, points=0, response_ms=None, share=0),
    )
    assert second.answers == (
        PlayerAnswer(question=0, answer=2, correct=False, points=0, response_ms=700, share=0),
        PlayerAnswer(question=1, answer=None, correct=False, points=0, response_ms=None, share=0),
        PlayerAnswer(question=2, answer=0, correct=None, points=0, response_ms=1000),
        PlayerAnswer(question=3, answer=1, correct=True, points=1000, response_ms=499, share=100),
    )
    assert [sum(a.points for a in p.answers if a) for p in (first, second)] == [first.points, second.points]


def test_who_did_not_answer_a_poll_is_neither_right_nor_wrong() -> None:
    game = Game(POLL)
    game.join("Ann")
    play(game)
    (ann,) = results(game).players
    assert ann.answers == (PlayerAnswer(question=0, answer=None, correct=None, points=0, response_ms=None),)


def test_questions_before_a_player_joined_are_null() -> None:
    game = Game(SINGLE, SINGLE, SINGLE)
    ann = game.join("Ann")
    play(game, (ann, 0, 0))
    game.join("Ben")
    latest = results(game).players[1]
    assert (latest.name, latest.rank, latest.answers) == ("Ben", None, (None,))
    play(game, (ann, 0, 0))
    cem = game.join("Cem")
    play(game, (cem, 0, 0))
    by_name = {player.name: player.answers for player in results(game).players}
    assert [answer is None for answer in by_name["Ben"]] == [True, False, False]
    assert [answer is None for answer in by_name["Cem"]] == [True, True, False]
    assert [answer is None for answer in by_name["Ann"]] == [False, False, False]


def test_players_are_best_first() -> None:
    game = Game(SINGLE)
    ann, ben, cem = game.join("Ann"), game.join("Ben"), game.join("Cem")
    play(game, (ann, 1, 0), (cem, 0, 100), (ben, 0, 2000))
    assert [(p.name, p.rank) for p in results(game).players] == [("Cem", 1), ("Ben", 2), ("Ann", 3)]


def test_who_has_left_is_in_the_counts_but_not_among_the_players() -> None:
    game = Game(SINGLE)
    ann, ben = game.join("Ann"), game.join("Ben")
    play(game, (ann, 0, 0), (ben, 0, 0))
    game.by_player(ann, LeaveSession())
    told = results(game)
    assert [player.name for player in told.players] == ["Ben"]
    assert told.questions[0].counts == (2, 0, 0)


def test_an_open_question_has_no_results_yet() -> None:
    game = Game(SINGLE, SINGLE)
    assert code(game.by_host(GetResults())) is ErrorCode.WRONG_PHASE
    play(game)
    game.do(NextQuestion())
    assert code(game.by_host(GetResults())) is ErrorCode.WRONG_PHASE


def test_asking_changes_nothing_and_is_answered_each_time() -> None:
    game = Game(SINGLE)
    ann = game.join("Ann")
    play(game, (ann, 0, 0))
    first = game.by_host(GetResults(id="r"))
    assert game.by_host(GetResults(id="r")) == first
    assert first.reply_to == "r"
    assert game.effects.touched == set()
    assert game.session.head.recent_host_ids == ["StartQuiz stage g1/1/2"]


def test_a_history_takes_sixteen_bytes_a_question_whatever_was_answered() -> None:
    game = Game(SIX, SIX)
    ann = game.join("Ann")
    play(game, (ann, (0, 1, 2, 3, 4, 5), 300_000))
    play(game)
    assert len(game.player(ann).outcomes) == 2 * RECORD_BYTES == 32
    answer = results(game).players[0].answers[0]
    assert answer == PlayerAnswer(
        question=0, answer=(0, 1, 2, 3, 4, 5), correct=True, points=500, response_ms=300_000, share=100
    )


def test_what_is_too_much_for_one_reply_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MAX_RESULTS_ANSWERS", 6)
    game = Game(SINGLE)
    seats = game.join_many(5)
    play(game, *((seat, 0, 500 * (number + 1)) for number, seat in enumerate(seats)))
    parts = [results(game), results(game, 2), results(game, 4)]
    assert [part.next_offset for part in parts] == [2, 4, None]
    assert [player.rank for part in parts for player in part.players] == [1, 2, 3, 4, 5]
    assert all(len(part.questions) == 1 for part in parts)
    assert results(game, 6).players == ()


def test_two_thousand_players_and_twenty_questions_come_in_one_reply() -> None:
    game = Game(*[SINGLE] * 20)
    seats = game.join_many(2000)
    for _ in range(20):
        play(game, *((seat, 0, 600) for seat in seats))
    told = results(game)
    assert (len(told.players), told.next_offset) == (2000, None)
    assert len(encode_message(told)) < 4_000_000
