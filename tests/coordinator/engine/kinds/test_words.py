import pytest

from coordinator.engine.kinds import Misfit
from coordinator.engine.kinds.words import WORDS
from quickpoll.protocol import QuestionResults, WordCount
from tests.coordinator.engine.game import Game
from tests.coordinator.engine.kinds import samples


@pytest.mark.parametrize("answer", [(), ("a", "b", "c", "d"), ("",), ("x" * 26,), (1,), "word", ("ok", " ")])
def test_an_answer_is_a_list_of_some_words(answer: object) -> None:
    with pytest.raises(Misfit):
        WORDS.check(samples.WORDS, answer)  # type: ignore[arg-type]


def test_words_are_counted_as_they_are_compared_and_shown_as_most_wrote_them_first() -> None:
    game = Game(samples.WORDS)
    seats = game.join_many(3)
    game.open()
    game.answer(seats[0], ("Fun", "FUN!", "Hard"))
    game.answer(seats[1], ("fun",))
    game.answer(seats[2], ("hard ", "new"))
    tally = game.one(QuestionResults).tally
    assert tally
    assert tally.distinct == 3
    assert tally.words is not None
    assert sorted((word.text.casefold(), word.count) for word in tally.words or () if isinstance(word, WordCount)) == [
        ("fun", 2),
        ("hard", 2),
        ("new", 1),
    ]
    assert game.player(seats[0]).points == 0
