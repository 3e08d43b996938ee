"""The host gets its replies, whatever else is said to it, and comes back with the same command."""

import pytest
from websockets.asyncio.server import ServerConnection, serve

from clients.loadtest.host import Host
from clients.loadtest.plan import Plan
from quickpoll.protocol import (
    CreateSession,
    Error,
    ErrorCode,
    Lobby,
    Ok,
    ServerMessage,
    StartQuiz,
    decode_command,
    encode_message,
)
from tests.clients.loadtest.standin import Standin


async def test_it_opens_a_session_and_reads_the_clock(plan: Plan, standin: Standin) -> None:
    host = Host(plan.urls, 0)
    assert await host.create(CreateSession(quiz=plan.quiz(), settings=plan.settings())) == "123456"
    assert abs(await host.clock_ahead_ms()) < 1000
    assert standin.quiz == plan.quiz()
    host.close()


async def test_an_error_is_raised_with_its_reason() -> None:
    async def handle(websocket: ServerConnection) -> None:
        async for text in websocket:
            await say(websocket, Lobby(player_count=1))
            reply = Error(code=ErrorCode.FORBIDDEN, message="no", reply_to=decode_command(text).id or "")
            await say(websocket, reply)

    async with serve(handle, "127.0.0.1", 0, compression=None) as listening:
        host = Host((address(listening.sockets[0].getsockname()[1]),), 0)
        with pytest.raises(ConnectionRefusedError, match="forbidden: no"):
            await host.call(StartQuiz())
        host.close()


async def test_a_command_that_cannot_be_stored_now_is_sent_again_with_the_same_id() -> None:
    ids: list[str | None] = []

    async def handle(websocket: ServerConnection) -> None:
        async for text in websocket:
            ids.append(decode_command(text).id)
            reply_to = ids[-1] or ""
            busy = Error(code=ErrorCode.UNAVAILABLE, message="later", retry_after_ms=10, reply_to=reply_to)
            await say(websocket, busy if len(ids) == 1 else Ok(reply_to=reply_to))

    async with serve(handle, "127.0.0.1", 0, compression=None) as listening:
        host = Host((address(listening.sockets[0].getsockname()[1]),), 0)
        assert isinstance(await host.call(StartQuiz()), Ok)
        host.close()
    assert len(ids) == 2
    assert ids[0] == ids[1]


async def test_a_command_without_a_reply_is_sent_again_with_the_same_id_as_the_same_host(plan: Plan) -> None:
    standin = Standin()
    heard: list[tuple[str, str | None]] = []
    busy = [True]

    async def handle(websocket: ServerConnection) -> None:
        if not heard:
            heard.append(("", None))
            await standin.handle(websocket)
            return
        async for text in websocket:
            command = decode_command(text)
            heard.append((type(command).__name__, command.id))
            if isinstance(command, StartQuiz) and heard.count(heard[-1]) == 1:
                websocket.transport.abort()
                return
            if busy and busy.pop():  # the first to resume shall ask again
                reply_to = command.id or ""
                await say(websocket, Error(code=ErrorCode.UNAVAILABLE, message="", retry_after_ms=1, reply_to=reply_to))
                continue
            await say(websocket, Ok(reply_to=command.id or ""))

    async with serve(handle, "127.0.0.1", 0, compression=None) as listening:
        host = Host((address(listening.sockets[0].getsockname()[1]),), 0)
        await host.create(CreateSession(quiz=plan.quiz()))
        standin.host.transport.abort()
        await standin.host.wait_closed()
        assert isinstance(await host.call(StartQuiz()), Ok)
        host.close()
    kinds = [kind for kind, _ in heard[1:]]
    assert kinds == ["ResumeSession", "ResumeSession", "StartQuiz", "ResumeSession", "StartQuiz"]
    assert heard[1] == heard[2]
    assert heard[3] == heard[5]


def address(port: int) -> str:
    return f"ws://127.0.0.1:{port}/ws"


async def say(websocket: ServerConnection, message: ServerMessage) -> None:
    await websocket.send(encode_message(message), text=True)
