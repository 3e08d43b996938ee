from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.engine.kinds import Misfit
from coordinator.engine.kinds.scale import SCALE
from tests.coordinator.engine.kinds import samples


@pytest.mark.parametrize("answer", [5, -1, (1,), "1", True])
def test_an_answer_is_a_step(answer: object) -> None:
    with pytest.raises(Misfit):
        SCALE.check(samples.SCALE, answer)  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 4), min_size=1))
def test_the_median_is_that_of_statistics(answers: list[int]) -> None:
    counts = [answers.count(step) for step in range(5)]
    tally = SCALE.told(samples.SCALE, counts, (), lambda: ())
    assert (tally.counts, tally.median) == (tuple(counts), median(answers))


def test_without_answers_there_is_no_median() -> None:
    assert SCALE.told(samples.SCALE, [0] * 5, (), lambda: ()).median is None
    assert SCALE.texts(samples.SCALE) == ("1", "2", "3", "4", "5")
