from coordinator.engine.kinds.true_false import TRUE_FALSE
from tests.coordinator.engine.game import TRUE_FALSE as QUESTION


def test_true_stands_before_false_whatever_is_drawn() -> None:
    as_played = TRUE_FALSE.as_played(QUESTION, lambda things: tuple(reversed(things)), randomize_options=True)
    assert as_played is QUESTION


def test_one_of_the_two_is_right() -> None:
    assert [TRUE_FALSE.judge(QUESTION, option) for option in range(2)] == [0, 100]
