import pytest

from tests.simulation.play import play
from tests.simulation.scenario import draw


@pytest.mark.parametrize("seed", [1, 2])
def test_a_seed_plays_the_same_game_to_the_byte(seed: int) -> None:
    first, second = play(draw(seed)), play(draw(seed))
    assert first.wrong == ()
    assert first == second


def test_other_seeds_play_other_games() -> None:
    assert play(draw(3)).trace != play(draw(4)).trace
