import pytest

from tests.simulation.faults import DEEDS
from tests.simulation.play import play
from tests.simulation.scenario import EVERY, draw


def test_every_fault_that_is_drawn_can_be_done() -> None:
    assert sorted(DEEDS) == sorted(EVERY)


@pytest.mark.parametrize("name", DEEDS)
def test_no_answer_is_lost_and_all_see_the_same(name: str) -> None:
    assert play(draw(1, name)).wrong == ()
