from coordinator.engine.players import AcceptedAnswer
from tests.coordinator.engine.game import Game


def test_a_player_whose_name_is_withheld_takes_two_names() -> None:
    game = Game()
    ann, bad = game.player(game.join("Ann")), game.player(game.join("Shit Head"))
    assert (ann.name_keys, len(ann.name_looks)) == (("ann",), 1)
    assert (bad.name_keys, bad.withheld_name) == (("player 2", "shit head"), "Shit Head")
    assert len(set(bad.name_looks)) == 2


def test_an_answer_is_judged_by_when_it_left_and_compared_by_its_key() -> None:
    answer = AcceptedAnswer(0, "Lima!", 5000, "id", forgiven_ms=200, key="lima")
    assert (answer.counted_at, answer.compared) == (4800, "lima")
    assert AcceptedAnswer(0, 3, 5000, "id").compared == 3
