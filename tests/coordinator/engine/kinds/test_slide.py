"""A slide stays until the host moves on, and leaves no trace but its place."""

import pytest

from coordinator.engine import next_deadline, report
from coordinator.engine.invariants import check
from coordinator.engine.kinds import Misfit
from coordinator.engine.kinds.slide import SLIDE
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.protocol import (
    CloseQuestion,
    ErrorCode,
    NewQuestion,
    NextQuestion,
    Phase,
    QuestionResults,
    QuizEnded,
    StartQuiz,
)
from tests.coordinator.engine.game import SINGLE, Game, code
from tests.coordinator.engine.kinds import samples


def test_a_slide_is_shown_at_once_and_nobody_answers_it() -> None:
    slide = samples.as_played(samples.SLIDE)
    game = Game(slide, SINGLE, slide)
    ann = game.join("Ann")
    game.do(StartQuiz())
    shown = game.one(NewQuestion)
    assert (shown.opens_at, shown.closes_at) == (game.now, None)
    assert (shown.question.body, shown.question.time_limit_ms, shown.question.points) == ("Get a drink.", None, 0)
    assert code(game.answer(ann, 0)) is ErrorCode.INVALID_ANSWER
    assert code(game.by_host(CloseQuestion())) is ErrorCode.WRONG_PHASE
    assert next_deadline(game.session) == game.session.head.idle_at
    game.now += 600_000
    assert game.tick().said == []
    assert code(game.by_host(NextQuestion(question=1))) is ErrorCode.WRONG_PHASE
    game.do(NextQuestion(question=0))
    assert (game.session.head.phase, game.session.head.question) == (Phase.QUESTION, 1)
    assert not game.told(QuestionResults)
    assert code(game.by_host(NextQuestion())) is ErrorCode.WRONG_PHASE, "a question is closed first"
    game.now = game.session.head.opens_at
    game.answer(ann, 0)
    game.do(NextQuestion())
    check(game.session)
    game.do(NextQuestion())
    assert game.one(QuizEnded).questions == 3
    check(game.session)
    results = report.results(game.session, 0, "r")
    assert [(question.kind, question.answered) for question in results.questions] == [
        ("slide", 0),
        ("single", 1),
        ("slide", 0),
    ]
    assert [answer and answer.points for answer in results.players[0].answers] == [None, 1000, None]
    assert report.results(Replay(log_file.read(game.exported())).run(), 0, "r") == results


def test_no_answer_fits() -> None:
    with pytest.raises(Misfit, match="nothing to answer"):
        SLIDE.check(samples.SLIDE, 0)
