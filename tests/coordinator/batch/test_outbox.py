import pytest

from coordinator.batch.outbox import Outbox
from coordinator.engine import Close, CloseSession, CommandReply, Effect, Effects, ToEach, ToMany
from quickpoll import envelope
from quickpoll.envelope import (
    Audience,
    Binding,
    CloseAll,
    CloseOne,
    Command,
    ConnectionId,
    Identity,
    Line,
    Personal,
    Shared,
    decode_personal,
    decode_replies,
    decode_step,
)
from quickpoll.protocol import (
    AnswerProgress,
    CloseCode,
    ErrorCode,
    Joined,
    JoinSession,
    Kicked,
    Lobby,
    Ok,
    Phase,
    Role,
    SessionLocked,
    SessionView,
    Settings,
    YourFinal,
    decode_message,
    encode_message,
)
from tests.coordinator.standin import TOKENS

CODE = "123456"
ANN = Identity(CODE, "nonce", Role.PLAYER, "ann")
VIEW = SessionView(
    code=CODE,
    title="T",
    phase=Phase.LOBBY,
    seq=4,
    locked=False,
    player_count=1,
    settings=Settings(),
    server_time=1,
    host_connected=True,
)


def said(*effects: Effect, last_step: int = 0) -> Outbox:
    outbox = Outbox(TOKENS, 99, "5-0")
    outbox.add(CODE, Effects(said=list(effects)), last_step)
    return outbox


def replies(outbox: Outbox) -> dict[str, tuple[envelope.Reply, ...]]:
    said = {gateway: decode_replies(data) for gateway, data in outbox.replies("6-0").items()}
    assert all(replies.line == Line(99, "5-0", "6-0") for replies in said.values())
    return {gateway: replies.replies for gateway, replies in said.items()}


def test_replies_go_to_their_gateways_in_order() -> None:
    outbox = said(
        CommandReply(ConnectionId("g1", 1), 7, Ok(reply_to="a")),
        CommandReply(ConnectionId("g2", 1), 8, Ok()),
        CommandReply(ConnectionId("g1", 2), 9, Ok()),
    )
    by_gateway = replies(outbox)
    assert [(reply.connection, reply.request) for reply in by_gateway["g1"]] == [(1, 7), (2, 9)]
    assert [(reply.connection, reply.request) for reply in by_gateway["g2"]] == [(1, 8)]
    assert by_gateway["g1"][0].text == encode_message(Ok(reply_to="a"))
    assert not outbox.says_to(CODE)


def test_a_player_gets_a_token_that_proves_who_it_is_and_is_bound_to_what_it_was_shown() -> None:
    joined = Joined(code=CODE, player_id="ann", player_token="", name="Ann", avatar="x", session=VIEW)
    ((reply,),) = replies(said(CommandReply(ConnectionId("g", 1), 7, joined, identity=ANN), last_step=12)).values()
    message = decode_message(reply.text)
    assert isinstance(message, Joined)
    assert TOKENS.verify(message.player_token, VIEW.server_time) == ANN
    assert reply.binding == Binding(ANN, seq=4, step=12, fence=99)


def test_what_shows_no_session_binds_nobody() -> None:
    with pytest.raises(TypeError, match="Ok binds no connection"):
        said(CommandReply(ConnectionId("g", 1), 7, Ok(), identity=ANN))


def test_a_step_holds_what_was_said_to_many_in_order_each_encoded_once() -> None:
    locked = SessionLocked(seq=3, locked=True)
    progress = AnswerProgress(question=0, answered=1, total=2)
    outbox = said(
        ToMany(Audience.ALL, locked),
        ToMany(Audience.PLAYERS, Lobby(player_count=2)),
        ToMany(Audience.PLAYERS, progress),
        ToMany(Audience.HOST, progress),
    )
    step = decode_step(outbox.step(CODE, 5))
    assert (step.fence, step.step) == (99, 5)
    assert step.items == (
        Shared(Audience.ALL, 3, encode_message(locked)),
        Shared(Audience.PLAYERS, 0, encode_message(Lobby(player_count=2)), droppable=True),
        Shared(Audience.PLAYERS, 0, encode_message(progress), droppable=True),
        Shared(Audience.HOST, 0, encode_message(progress)),
    )


def test_personal_messages_are_grouped_by_gateway() -> None:
    def final(rank: int) -> YourFinal:
        return YourFinal(rank=rank, points=1, correct=1, questions=1)

    messages = ((ConnectionId("g1", 1), final(1)), (ConnectionId("g2", 1), final(2)), (ConnectionId("g1", 5), final(3)))
    (item,) = decode_step(said(ToEach(messages)).step(CODE, 1)).items
    assert isinstance(item, Personal)
    parts = {gateway: decode_personal(part) for gateway, part in item.by_gateway.items()}
    assert parts == {
        "g1": ((1, encode_message(final(1))), (5, encode_message(final(3)))),
        "g2": ((1, encode_message(final(2))),),
    }


def test_a_closed_connection_gets_its_last_message_and_the_close_code() -> None:
    kicked = Kicked(reason="removed")
    connection = ConnectionId("g", 3)
    step = decode_step(said(Close(connection, CloseCode.KICKED, "removed", kicked)).step(CODE, 1))
    assert step.items == (CloseOne(connection, 4501, "removed", encode_message(kicked)),)


def test_the_end_of_a_session_closes_all_connections() -> None:
    assert decode_step(said(CloseSession("idle")).step(CODE, 1)).items == (CloseAll(4500, "idle"),)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (ErrorCode.UNAVAILABLE, b'"code":"unavailable","message":"why","retry_after_ms":1000'),
        (ErrorCode.SESSION_NOT_FOUND, b'"code":"session_not_found","message":"why"'),
    ],
)
def test_an_error_of_no_session_answers_the_command(code: ErrorCode, expected: bytes) -> None:
    outbox = Outbox(TOKENS, 99, "5-0")
    outbox.add_error(Command(ConnectionId("g", 3), 4, None, JoinSession(code=CODE, name="x", id="me")), code, "why")
    ((reply,),) = replies(outbox).values()
    assert (reply.connection, reply.request) == (3, 4)
    assert reply.text == b'{"type":"error",' + expected + b',"reply_to":"me"}'
