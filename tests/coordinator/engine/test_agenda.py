"""The host adds questions and chooses which comes next; the log says it, and a replay follows."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.engine import agenda, report
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.protocol import (
    MAX_QUESTIONS,
    Agenda,
    AskQuestion,
    ChooseQuestion,
    CloseQuestion,
    ErrorCode,
    GetAgenda,
    NewQuestion,
    NextQuestion,
    Ok,
    Phase,
    QuestionAdded,
    QuizEnded,
    Resumed,
    SessionCommand,
    Settings,
    StartQuiz,
)
from tests.coordinator.engine.game import MULTIPLE, POLL, SINGLE, TRUE_FALSE, Game, code
from tests.coordinator.engine.kinds.samples import ALL, as_played

QUICK = Settings(lead_ms=0)
ASKED = as_played(ALL["text"])


def listed(game: Game) -> list[str]:
    reply = game.by_host(GetAgenda())
    assert isinstance(reply, Agenda)
    assert [entry.index for entry in reply.questions] == list(range(len(reply.questions)))
    assert reply.question == game.session.head.question
    return [entry.text for entry in reply.questions]


def replayed(game: Game) -> None:
    session = Replay(log_file.read(game.exported())).run()
    assert session.head.log_hash == game.session.head.log_hash
    again, before = report.results(session, 0, "r"), report.results(game.session, 0, "r")
    assert again.players == before.players
    assert [(one.text, one.tally) for one in again.questions] == [(one.text, one.tally) for one in before.questions]


def test_a_question_that_is_asked_now_is_opened_after_the_current_one_and_the_quiz_goes_on() -> None:
    game = Game(SINGLE, MULTIPLE, settings=QUICK)
    ann = game.join("Ann")
    game.open()
    game.answer(ann, 0)
    game.do(AskQuestion(asked=ASKED, question=0))
    opened = game.one(NewQuestion).question
    assert (opened.index, opened.total, opened.text) == (1, 3, ASKED.text)
    game.answer(ann, "Lima")
    game.do(NextQuestion())
    opened = game.one(NewQuestion).question
    assert (opened.index, opened.total, opened.text) == (2, 3, MULTIPLE.text)
    game.do(CloseQuestion())
    game.do(NextQuestion())
    assert game.one(QuizEnded).questions == 3
    summaries = report.results(game.session, 0, "r").questions
    assert [(one.text, one.answered) for one in summaries] == [(SINGLE.text, 1), (ASKED.text, 1), (MULTIPLE.text, 0)]
    replayed(game)


def test_a_question_can_be_added_to_come_next_while_another_is_open() -> None:
    game = Game(SINGLE, settings=QUICK)
    ann = game.join("Ann")
    game.open()
    assert code(game.by_host(AskQuestion(asked=POLL))) is ErrorCode.WRONG_PHASE
    game.do(AskQuestion(asked=POLL, open=False))
    assert game.one(QuestionAdded).total == 2
    resumed = game.resume(ann)
    assert isinstance(resumed, Resumed)
    assert not isinstance(resumed.session.question, msgspec.UnsetType)
    assert resumed.session.question.total == 2
    game.answer(ann, 0)
    game.do(NextQuestion())
    assert game.one(NewQuestion).question.text == POLL.text
    replayed(game)


def test_the_quiz_can_begin_with_it_and_go_on_after_its_last_question() -> None:
    game = Game(SINGLE, settings=QUICK)
    ann = game.join("Ann")
    game.do(AskQuestion(asked=POLL, question=0))
    assert game.one(NewQuestion).question.index == 0
    game.answer(ann, 0)
    game.do(NextQuestion())
    game.answer(ann, 0)
    game.do(AskQuestion(asked=TRUE_FALSE, question=1))
    game.answer(ann, 1)
    game.do(NextQuestion())
    assert game.session.head.phase is Phase.ENDED
    assert code(game.by_host(AskQuestion(asked=POLL))) is ErrorCode.WRONG_PHASE
    replayed(game)


def test_any_question_that_was_not_asked_can_be_opened_next_and_the_others_follow() -> None:
    game = Game(SINGLE, MULTIPLE, TRUE_FALSE, POLL, settings=QUICK)
    ann = game.join("Ann")
    game.open()
    game.answer(ann, 0)
    game.do(ChooseQuestion(choice=3, total=4, question=0))
    opened = game.one(NewQuestion).question
    assert (opened.index, opened.total, opened.text) == (1, 4, POLL.text)
    assert listed(game) == [SINGLE.text, POLL.text, MULTIPLE.text, TRUE_FALSE.text]
    game.answer(ann, 0)
    game.do(NextQuestion())
    assert game.one(NewQuestion).question.text == MULTIPLE.text
    replayed(game)


@pytest.mark.parametrize(
    "body",
    [
        ChooseQuestion(choice=1, total=3, question=0),
        ChooseQuestion(choice=2, total=2, question=0),
        ChooseQuestion(choice=0, total=2, question=0),
        ChooseQuestion(choice=1, total=2, question=1),
        AskQuestion(asked=POLL, question=1),
    ],
    ids=["a question was added", "there is none", "it was asked", "another is shown", "another was shown"],
)
def test_a_list_that_has_changed_opens_nothing(body: SessionCommand) -> None:
    game = Game(SINGLE, MULTIPLE)
    game.join("Ann")
    game.open()
    game.time_up()
    assert code(game.by_host(body)) is ErrorCode.WRONG_PHASE
    assert listed(game) == [SINGLE.text, MULTIPLE.text]


def test_the_same_command_sent_again_asks_once() -> None:
    game = Game(SINGLE)
    game.join("Ann")
    game.open()
    game.time_up()
    for _ in range(2):
        assert isinstance(game.by_host(AskQuestion(id="x" * 20, asked=POLL, question=0)), Ok)
    assert listed(game) == [SINGLE.text, POLL.text]


def test_a_quiz_grows_up_to_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    game = Game(*[POLL] * (MAX_QUESTIONS - 1))
    assert isinstance(game.by_host(AskQuestion(asked=POLL, open=False)), Ok)
    assert code(game.by_host(AskQuestion(asked=POLL, open=False))) is ErrorCode.BAD_MESSAGE
    monkeypatch.setattr(agenda, "MAX_QUIZ_BYTES", 200)
    assert code(Game(SINGLE).by_host(AskQuestion(asked=MULTIPLE, open=False))) is ErrorCode.BAD_MESSAGE


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from([ASKED, POLL, TRUE_FALSE, ALL["slide"]]), st.booleans()),
        st.tuples(st.just("choose"), st.integers(0, 6), st.just(0)),
        st.tuples(st.just("go on"), st.integers(0, 2), st.just(0)),
    ),
    max_size=12,
)


@given(STEPS)
@settings(deadline=None)
def test_whatever_is_asked_and_chosen_a_replay_comes_to_the_same(steps: list[tuple[str, object, object]]) -> None:
    game = Game(SINGLE, MULTIPLE, as_played(ALL["order"]), settings=QUICK)
    ann = game.join("Ann")
    for what, which, how in steps:
        game.now += 100
        head = game.session.head
        if what == "ask":
            game.by_host(AskQuestion(asked=which, open=bool(how)))  # type: ignore[arg-type]
        elif what == "choose":
            choice = int(str(which))
            game.by_host(ChooseQuestion(choice=choice, total=len(game.session.quiz.questions)))
        elif head.phase is Phase.LOBBY:
            game.do(StartQuiz())
        elif head.phase is Phase.QUESTION:
            game.answer(ann, int(str(which)))
            game.by_host(CloseQuestion())
        game.by_host(NextQuestion())
    replayed(game)
