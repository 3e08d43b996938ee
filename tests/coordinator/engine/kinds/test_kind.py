"""A kind is one file, besides its struct: a trial kind is registered here, and a whole game is played with it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from coordinator.engine import kinds, report
from coordinator.engine.kinds import Accepted, Given, Kind, Misfit, Written
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.protocol import (
    Answer,
    ErrorCode,
    NextQuestion,
    PublicOption,
    PublicQuestion,
    Question,
    QuestionFields,
    QuestionResults,
    Tally,
    YourResult,
)
from tests.coordinator.engine.game import SINGLE, Game, code


class TrialQuestion(QuestionFields, frozen=True, tag="poll"):  # the log reads the kinds of the protocol only
    """Guess a number from 0 to 5: the nearer, the better."""

    text: str
    number: int


class Trial(Kind[TrialQuestion]):
    def check(self, question: TrialQuestion, answer: Answer) -> None:
        if not isinstance(answer, int):
            raise Misfit("Answer with a number.")

    def judge(self, question: TrialQuestion, key: Answer, accepted: Accepted = frozenset()) -> int:
        assert isinstance(key, int)
        return 100 - 20 * abs(key - question.number)

    def cells(self, question: TrialQuestion) -> int:
        return 6

    def tally(self, question: TrialQuestion, key: Answer) -> Iterable[int]:
        assert isinstance(key, int)
        return (key,)

    def pack(self, key: Answer) -> int:
        assert isinstance(key, int)
        return key + 1

    def unpack(self, question: TrialQuestion, packed: int) -> Answer:
        return packed - 1

    def counts(self, question: TrialQuestion, cells: Sequence[int]) -> tuple[int, ...]:
        return tuple(cells)

    def told(
        self,
        question: TrialQuestion,
        cells: Sequence[int],
        written: Sequence[Written],
        given: Callable[[], Iterable[Given]],
    ) -> Tally:
        return Tally(counts=tuple(cells))

    def is_told_by_indexes(self, question: TrialQuestion) -> bool:
        return True

    def correct(self, question: TrialQuestion) -> tuple[int, ...]:
        return (question.number,)

    def public(self, question: TrialQuestion, index: int, total: int) -> PublicQuestion:
        return PublicQuestion(
            index=index,
            total=total,
            kind=question.kind,
            text=question.text,
            image=None,
            options=(PublicOption("0 to 5"),),
            points=question.points,
            time_limit_ms=question.time_limit_ms,
        )

    def restored(
        self, struct: type[Any], asked: PublicQuestion, correct: tuple[int, ...] | None, explanation: str | None
    ) -> Question:
        return struct(asked.text, (correct or (0,))[0])  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial kind is registered for one test."""
    known: dict[type[QuestionFields], Kind[Any]] = {**kinds.KINDS, TrialQuestion: Trial()}
    monkeypatch.setattr(kinds, "KINDS", known)
    monkeypatch.setattr(kinds, "STRUCTS", {**kinds.STRUCTS, "poll": TrialQuestion})


def test_a_trial_kind_is_played_reported_and_replayed() -> None:
    game = Game(TrialQuestion("How many?", 5), SINGLE)  # type: ignore[arg-type]
    ann, ben, cem = game.join("Ann"), game.join("Ben"), game.join("Cem")
    game.open()
    assert code(game.answer(ann, (1,))) is ErrorCode.INVALID_ANSWER
    for seat, answer in ((ann, 5), (ben, 4), (cem, 4)):
        game.answer(seat, answer)
    results = game.one(QuestionResults)
    assert (results.correct, results.counts) == ((5,), (0, 0, 0, 0, 2, 1))
    told = {result.total_points: result.correct for result in game.each(YourResult).values()}
    assert told == {1000: True, 800: False}
    assert game.player(ann).streak == 1
    assert game.player(ben).streak == 0

    game.do(NextQuestion())
    game.time_up()
    told_host = report.results(game.session, 0, "r")
    assert [player.answers[0].answer for player in told_host.players if player.answers[0]] == [5, 4, 4]
    replayed = Replay(log_file.read(game.exported())).run()
    assert report.results(replayed, 0, "r") == told_host


def test_what_a_kind_does_not_say_it_does_not_have() -> None:
    question = TrialQuestion("How many?", 7)
    kind: Kind[Any] = Trial()
    assert kind.texts(question) == ()
    assert Kind.correct(kind, question) == ()
    assert kind.as_played(question, tuple, randomize_options=True) is question
