import pytest

from coordinator.engine.kinds import Misfit
from coordinator.engine.kinds.single import SINGLE
from quickpoll.protocol import Answer
from tests.coordinator.engine.game import SINGLE as QUESTION


@pytest.mark.parametrize(("answer", "share"), [(0, 100), (1, 0), (2, 0)])
def test_the_correct_option_alone_is_right(answer: Answer, share: int) -> None:
    assert SINGLE.judge(QUESTION, answer) == share


def test_an_accepted_option_is_right_too() -> None:
    assert [SINGLE.judge(QUESTION, option, frozenset({2})) for option in range(3)] == [100, 0, 100]


@pytest.mark.parametrize("answer", [(0,), (), "0"])
def test_an_answer_is_one_index(answer: Answer) -> None:
    with pytest.raises(Misfit, match="the index of one option"):
        SINGLE.check(QUESTION, answer)


@pytest.mark.parametrize("answer", [-1, 3, 5])
def test_an_index_is_that_of_an_option(answer: Answer) -> None:
    with pytest.raises(Misfit, match="from 0 to 2"):
        SINGLE.check(QUESTION, answer)
