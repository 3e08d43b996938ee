import pytest

from coordinator.engine import report
from coordinator.engine.kinds import Misfit
from coordinator.engine.kinds.open import OPEN
from quickpoll.protocol import QuestionResults
from tests.coordinator.engine.game import Game
from tests.coordinator.engine.kinds import samples


@pytest.mark.parametrize("answer", ["", " \n", "x" * 251, 1, ("a",)])
def test_an_answer_is_a_text_that_says_something(answer: object) -> None:
    with pytest.raises(Misfit):
        OPEN.check(samples.OPEN, answer)  # type: ignore[arg-type]


def test_texts_are_for_the_host_and_everybody_is_told_how_many_there_are() -> None:
    game = Game(samples.OPEN)
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, "More  time,\nplease")
    game.answer(ben, "Nothing")
    results = game.one(QuestionResults)
    assert results.tally
    assert (results.tally.texts, results.tally.count, results.solution) == ((), 2, None)
    answers = [player.answers[0] for player in report.results(game.session, 0, "r").players]
    assert [answer.answer for answer in answers if answer] == ["More time, please", "Nothing"]
