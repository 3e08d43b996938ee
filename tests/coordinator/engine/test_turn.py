from msgspec import UNSET

from coordinator.engine.effects import CommandReply, Effects
from coordinator.engine.turn import Declined, Drawn, Turn
from quickpoll.protocol import Error, ErrorCode, Ok, StartQuiz
from tests.coordinator.engine.game import HOST_CONNECTION, Game


def turn(body: StartQuiz) -> Turn:
    game = Game()
    return Turn(game.session, game.command(HOST_CONNECTION, None, body), game.now, Drawn(), Effects())


def test_a_reply_goes_to_the_connection_and_the_command_that_asked() -> None:
    asked = turn(StartQuiz(id="mine"))
    asked.reply(Ok(reply_to=asked.reply_to))
    assert asked.effects.said == [CommandReply(HOST_CONNECTION, asked.command.request, Ok(reply_to="mine"))]


def test_a_command_without_id_gets_a_reply_without_reply_to() -> None:
    assert turn(StartQuiz()).reply_to is UNSET


def test_a_refusal_is_an_error_with_its_code_and_advice() -> None:
    asked = turn(StartQuiz(id="mine"))
    asked.refuse(Declined(ErrorCode.FORBIDDEN, "Join first."))
    (reply,) = asked.effects.said
    assert isinstance(reply, CommandReply)
    assert reply.message == Error(code=ErrorCode.FORBIDDEN, message="Join first.", reply_to="mine")


def test_a_refusal_can_say_when_to_try_again() -> None:
    asked = turn(StartQuiz())
    asked.refuse(Declined(ErrorCode.UNAVAILABLE, "Wait.", 700))
    (reply,) = asked.effects.said
    assert isinstance(reply, CommandReply)
    assert reply.message == Error(code=ErrorCode.UNAVAILABLE, message="Wait.", retry_after_ms=700)
