import pytest

from coordinator.engine.kinds import Misfit
from coordinator.engine.kinds.multiple import MULTIPLE
from quickpoll.protocol import Answer
from tests.coordinator.engine.game import MULTIPLE as QUESTION


@pytest.mark.parametrize(("answer", "share"), [((0, 2), 100), ((2, 0), 100), ((0,), 0), ((0, 1, 2), 0), ((1,), 0)])
def test_exactly_the_correct_options_are_right(answer: tuple[int, ...], share: int) -> None:
    assert MULTIPLE.judge(QUESTION, answer) == share


@pytest.mark.parametrize(("answer", "share"), [((0, 2), 100), ((0, 1, 2), 100), ((0,), 0), ((1,), 0)])
def test_an_accepted_option_makes_no_difference(answer: tuple[int, ...], share: int) -> None:
    assert MULTIPLE.judge(QUESTION, answer, frozenset({1})) == share


@pytest.mark.parametrize(
    ("answer", "why"),
    [(0, "a list"), ((), "at least one"), ((0, 0), "once"), ((0, 3), "from 0 to 2"), ((-1,), "from 0 to 2")],
)
def test_an_answer_is_a_list_of_different_options(answer: Answer, why: str) -> None:
    with pytest.raises(Misfit, match=why):
        MULTIPLE.check(QUESTION, answer)
