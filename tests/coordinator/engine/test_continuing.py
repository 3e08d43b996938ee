"""After the end the host says where the players go on; whoever resumes later is told, too."""

import msgspec

from coordinator.engine import Head, ToMany
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.envelope import Audience
from quickpoll.protocol import (
    ContinueIn,
    ErrorCode,
    NextQuestion,
    Ok,
    Phase,
    Resumed,
    Role,
    SessionContinues,
)
from tests.coordinator.engine.game import HOST_CONNECTION, SINGLE, Game, Seat, code, reloaded

NEXT = "654321"


def ended() -> tuple[Game, Seat, Seat]:
    """Ann and Ben have played one question."""
    game = Game(SINGLE)
    ann, ben = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, 0)
    game.time_up()
    game.do(NextQuestion())
    assert game.session.head.phase is Phase.ENDED
    return game, ann, ben


def goes_on_in(message: object) -> object:
    assert isinstance(message, Resumed), message
    return message.session.continues_in


def test_everyone_is_told_where_the_players_go_on() -> None:
    game, _, _ = ended()
    seq = game.session.head.seq
    game.do(ContinueIn(code=NEXT))
    (told,) = [effect for effect in game.effects.said if isinstance(effect, ToMany)]
    assert (told.audience, told.message) == (Audience.ALL, SessionContinues(seq=seq + 1, code=NEXT))


def test_who_was_away_learns_it_on_coming_back_also_at_another_coordinator() -> None:
    game, ann, ben = ended()
    game.disconnect(ben)
    assert goes_on_in(game.resume(ben)) is msgspec.UNSET
    game.disconnect(ben)
    game.do(ContinueIn(code=NEXT))
    game.session = reloaded(game.session)
    assert goes_on_in(game.resume(ben)) == NEXT
    assert goes_on_in(game.resume(ann)) == NEXT
    assert goes_on_in(game.resume_host(HOST_CONNECTION)) == NEXT


def test_the_same_command_again_says_nothing_and_another_code_takes_its_place() -> None:
    game, ann, _ = ended()
    game.do(ContinueIn(code=NEXT))
    game.do(ContinueIn(code=NEXT))
    assert game.told(SessionContinues) == []
    game.do(ContinueIn(code="111111"))
    assert game.one(SessionContinues).code == "111111"
    assert goes_on_in(game.resume(ann)) == "111111"


def test_a_session_does_not_go_on_in_itself() -> None:
    game, _, _ = ended()
    assert code(game.by_host(ContinueIn(code=game.session.code))) is ErrorCode.SESSION_ENDED
    assert game.session.head.continues_in == ""


def test_it_changes_neither_log_nor_results() -> None:
    game, _, _ = ended()
    before = game.exported()
    game.do(ContinueIn(code=NEXT))
    assert game.exported() == before
    assert Replay(log_file.read(before)).run().head.phase is Phase.ENDED


def test_a_head_that_was_stored_before_goes_on_nowhere() -> None:
    game, _, _ = ended()
    older = msgspec.msgpack.decode(msgspec.msgpack.encode(game.session.head))[: Head.__struct_fields__.index("tied")]
    assert msgspec.convert(older, Head).continues_in == ""


def test_only_the_host_can_say_it() -> None:
    game, ann, _ = ended()
    assert code(game.by_player(ann, ContinueIn(code=NEXT))) is ErrorCode.FORBIDDEN
    assert ann.identity.role is Role.PLAYER
    assert isinstance(game.by_host(ContinueIn(code=NEXT)), Ok)
