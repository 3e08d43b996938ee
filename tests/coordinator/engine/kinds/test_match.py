import pytest
from msgspec.structs import replace

from coordinator.engine.kinds import Misfit
from coordinator.engine.kinds.match import MATCH
from quickpoll.protocol import MatchQuestion, Pair, QuestionResults
from tests.coordinator.engine.game import Game
from tests.coordinator.engine.kinds import samples


def test_each_pair_counts_or_all_must_be_right() -> None:
    keys = ((0, 1, 2), (0, 1, 3), (0, 2, 1), (-1, -1, 2), (-1, -1, -1))
    assert [MATCH.judge(samples.MATCH, key) for key in keys] == [100, 67, 33, 33, 0]
    assert [MATCH.judge(replace(samples.MATCH, partial="exact"), key) for key in keys] == [100, 0, 0, 0, 0]


def test_a_right_text_that_stands_twice_counts_for_either() -> None:
    question = MatchQuestion("?", (Pair("cat", "mammal"), Pair("cow", "mammal"), Pair("crow", "bird")))
    assert [MATCH.judge(question, key) for key in ((0, 1, 2), (1, 0, 2), (1, 1, 2))] == [100, 100, 100]


def test_both_sides_are_shuffled_and_the_solution_follows() -> None:
    played = MATCH.as_played(samples.MATCH, samples.backwards, randomize_options=False)
    public = MATCH.public(played, 0, 1)
    assert public.left == ("Cuba", "Kenya", "Peru")
    assert sorted(played.rights) == sorted(samples.MATCH.rights)
    found = {pair.left: played.rights[right] for pair, right in zip(played.pairs, played.solution, strict=True)}
    assert found == {pair.left: pair.right for pair in samples.MATCH.pairs}


@pytest.mark.parametrize("answer", [(0, 1), (0, 1, 4), (0, 1, -2), 0, ("0", 1, 2)])
def test_an_answer_says_something_of_each_left_side(answer: object) -> None:
    with pytest.raises(Misfit):
        MATCH.check(samples.MATCH, answer)  # type: ignore[arg-type]


def test_matches_are_counted_left_by_right() -> None:
    game = Game(samples.MATCH)
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, (0, 1, 2))
    game.answer(ben, (0, -1, 3))
    results = game.one(QuestionResults)
    assert results.tally
    assert results.solution
    assert results.tally.counts == ((2, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 1))
    assert results.solution.rights == (0, 1, 2)


def test_pairs_are_described_without_what_was_left_open() -> None:
    assert MATCH.describe(samples.MATCH, (0, -1, 3)) == "pairs Peru - Lima, Cuba - Quito"
