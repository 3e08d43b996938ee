from itertools import permutations

import pytest

from coordinator.engine.kinds import Misfit, Sample
from coordinator.engine.kinds.order import ORDER
from quickpoll.protocol import OrderQuestion, QuestionResults
from tests.coordinator.engine.game import Game
from tests.coordinator.engine.kinds import samples


def drawn_as(order: tuple[int, ...]) -> Sample:
    """Draws this order."""
    return lambda things: tuple(things[place] for place in order)


def test_items_are_never_shown_in_the_right_order() -> None:
    for drawn in permutations(range(4)):
        played = ORDER.as_played(samples.ORDER, drawn_as(drawn), randomize_options=False)
        assert played.items != samples.ORDER.items
        assert tuple(played.items[item] for item in played.solution) == samples.ORDER.items


def test_all_or_nothing_or_by_pairs() -> None:
    right = (0, 1, 2, 3)
    assert [ORDER.judge(samples.ORDER, key) for key in (right, (1, 0, 2, 3))] == [100, 0]
    assert [ORDER.judge(samples.PAIRS, key) for key in (right, (1, 0, 2, 3), (3, 2, 1, 0), (1, 0, 3, 2))] == [
        100,
        67,
        0,
        33,
    ]


@pytest.mark.parametrize("answer", [(0, 1, 2), (0, 1, 2, 2), (0, 1, 2, 4), 3, "0123", (0, 1, 2, "3"), (0, 1, 2, True)])
def test_an_answer_names_each_item_once(answer: object) -> None:
    with pytest.raises(Misfit):
        ORDER.check(samples.ORDER, answer)  # type: ignore[arg-type]


def test_places_are_counted_by_item() -> None:
    question = OrderQuestion("?", ("c", "a", "b"), right_order=(1, 2, 0))
    game = Game(question)
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, (1, 2, 0))
    game.answer(ben, (1, 0, 2))
    results = game.one(QuestionResults)
    assert results.tally
    assert results.solution
    assert results.tally.places == ((0, 1, 1), (2, 0, 0), (0, 1, 1))
    assert results.solution.items == (1, 2, 0)
    assert (results.correct, results.counts) == ((), ())
