from typing import Any

import pytest

from coordinator.engine.kinds import Kind, Misfit
from coordinator.engine.kinds.poll import POLL
from tests.coordinator.engine.game import POLL as QUESTION


def test_nothing_is_right() -> None:
    assert not POLL.is_scored
    kind: Kind[Any] = POLL
    assert [kind.judge(QUESTION, option) for option in range(2)] == [None, None]
    assert POLL.correct(QUESTION) == ()


def test_an_answer_is_one_option() -> None:
    POLL.check(QUESTION, 1)
    with pytest.raises(Misfit):
        POLL.check(QUESTION, 2)
