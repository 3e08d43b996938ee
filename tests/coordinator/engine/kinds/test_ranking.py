import pytest

from coordinator.engine.kinds import Misfit
from coordinator.engine.kinds.ranking import RANKING
from quickpoll.protocol import Answers, GetAnswers, QuestionResults
from tests.coordinator.engine.game import Game
from tests.coordinator.engine.kinds import samples


@pytest.mark.parametrize("answer", [(0,), (0, 1, 2), (0, 0), (0, 4), 0, "ab"])
def test_an_answer_ranks_as_many_as_it_should(answer: object) -> None:
    with pytest.raises(Misfit):
        RANKING.check(samples.RANKING, answer)  # type: ignore[arg-type]


def test_the_first_of_two_gets_two_points_and_the_mean_is_told_times_a_hundred() -> None:
    game = Game(samples.RANKING)
    seats = game.join_many(3)
    game.open()
    for seat, answer in zip(seats, ((0, 1), (0, 2), (1, 0)), strict=True):
        game.answer(seat, answer)
    results = game.one(QuestionResults)
    assert results.tally
    assert results.tally.points == (167, 100, 33, 0)
    assert results.tally.firsts == (2, 1, 0, 0)
    assert (results.correct, results.counts, results.solution) == ((), (), None)


def test_the_host_is_told_each_ranking_in_words() -> None:
    game = Game(samples.RANKING)
    ann = game.join("Ann")
    game.open()
    game.answer(ann, (2, 0))
    reply = game.by_host(GetAnswers(question=0))
    assert isinstance(reply, Answers)
    assert [group.text for group in reply.answers] == ["ranking 3 (c), 1 (a)"]


def test_options_may_be_shuffled() -> None:
    played = RANKING.as_played(samples.RANKING, samples.backwards, randomize_options=True)
    assert RANKING.texts(played) == ("d", "c", "b", "a")
    assert RANKING.public(played, 0, 1).top == 2
