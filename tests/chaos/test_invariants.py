from dataclasses import replace as exchanged

from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine.records import PlayerJoined
from coordinator.log import file as log_file
from quickpoll.protocol import AnswerAccepted
from tests.chaos.invariants import is_logged
from tests.coordinator.engine.game import MULTIPLE, SINGLE, Game


def test_an_accepted_answer_is_in_the_log_under_its_receipt_or_as_such_where_the_receipt_is_lost() -> None:
    game = Game(SINGLE, MULTIPLE)
    ann, _ = game.join("Ann"), game.join("Ben")
    game.open()
    accepted = game.answer(ann, 0)
    assert isinstance(accepted, AnswerAccepted)
    log = log_file.read(game.exported())
    ids = {record.name: record.id for record in log.records if isinstance(record, PlayerJoined)}

    assert is_logged(log, ids["Ann"], accepted)
    assert not is_logged(log, ids["Ann"], replace(accepted, receipt="0" * 20))
    lost = replace(accepted, receipt=UNSET)
    assert is_logged(log, ids["Ann"], lost)
    assert not is_logged(log, ids["Ben"], lost)
    assert not is_logged(log, ids["Ann"], replace(lost, question=1))
    assert not is_logged(exchanged(log, records=log.records[:2]), ids["Ann"], lost)
