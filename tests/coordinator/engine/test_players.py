import msgspec

from coordinator.engine.players import AcceptedAnswer, Player
from tests.coordinator.engine.game import SINGLE, Game


def test_a_player_whose_name_is_withheld_takes_two_names() -> None:
    game = Game()
    ann, bad = game.player(game.join("Ann")), game.player(game.join("Shit Head"))
    assert (ann.name_keys, len(ann.name_looks)) == (("ann",), 1)
    assert (bad.name_keys, bad.withheld_name) == (("player 2", "shit head"), "Shit Head")
    assert len(set(bad.name_looks)) == 2


def test_a_join_is_recognised_until_an_answer_shows_that_its_reply_has_arrived() -> None:
    game = Game(SINGLE)
    ann = game.player(game.join("Ann"))
    assert ann.join_id
    game.open()
    ann.take(AcceptedAnswer(0, 1, 5000, "id"))
    assert not ann.join_id


def test_earlier_answers_are_kept_without_what_was_answered_and_apart_from_the_record_that_was_read() -> None:
    game = Game()
    ann = game.player(game.join("Ann"))
    for question in range(5):
        ann.take(AcceptedAnswer(question, "a long text", 5000, f"id {question}", key="key"))
    restored = msgspec.msgpack.decode(msgspec.msgpack.encode(ann), type=Player)
    assert restored == ann
    assert [(one.question, one.choice, one.key, one.request_id) for one in restored.earlier_answers] == [
        (1, 0, None, "id 1"),
        (2, 0, None, "id 2"),
        (3, 0, None, "id 3"),
    ]
    assert restored.earlier.copy() is restored.earlier, "it is no view of what was read"


def test_an_answer_is_judged_by_when_it_left_and_compared_by_its_key() -> None:
    answer = AcceptedAnswer(0, "Lima!", 5000, "id", forgiven_ms=200, key="lima")
    assert (answer.counted_at, answer.compared) == (4800, "lima")
    assert AcceptedAnswer(0, 3, 5000, "id").compared == 3
