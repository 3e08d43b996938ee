from msgspec import UNSET
from msgspec.structs import replace

from coordinator.log import file as log_file
from quickpoll.protocol import AnswerAccepted
from tests.chaos.invariants import LoggedAnswers
from tests.coordinator.engine.game import MULTIPLE, SINGLE, Game


def test_an_accepted_answer_is_in_the_log_under_its_receipt_or_as_such_where_the_receipt_is_lost() -> None:
    game = Game(SINGLE, MULTIPLE)
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    before = LoggedAnswers(log_file.read(game.exported()))
    accepted = game.answer(ann, 0)
    assert isinstance(accepted, AnswerAccepted)
    logged = LoggedAnswers(log_file.read(game.exported()))
    ann_id, ben_id = ann.identity.player_id, ben.identity.player_id

    assert logged.has(ann_id, 0, accepted)
    assert not logged.has(ann_id, 0, replace(accepted, receipt="0" * 20))
    lost = replace(accepted, receipt=UNSET)
    assert logged.has(ann_id, 0, lost)
    assert not logged.has(ann_id, 1, lost)
    assert not logged.has(ben_id, 0, lost)
    assert not logged.has(ann_id, 0, replace(lost, question=1))
    assert not before.has(ann_id, 0, lost)
