"""The Python client, against a server of a few lines."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve

from clients.player import CommandRefused, Lost, QuizClient
from quickpoll.protocol import (
    Clock,
    Error,
    ErrorCode,
    GetLog,
    GetResults,
    Kicked,
    Lobby,
    Log,
    Ok,
    Results,
    ResumeSession,
    ServerMessage,
    SessionLocked,
    StartQuiz,
    SyncClock,
    decode_command,
    encode_message,
)

Script = Callable[["Connection"], Awaitable[None]]


class Connection:
    """The server's end, in messages."""

    def __init__(self, websocket: ServerConnection) -> None:
        self.websocket = websocket

    async def command(self) -> object:
        """The next command."""
        return decode_command(await self.websocket.recv(decode=False))

    async def say(self, message: ServerMessage) -> None:
        """Sends one message."""
        await self.websocket.send(encode_message(message), text=True)


class Server:
    """Plays one script per connection, in order."""

    url = ""

    def __init__(self) -> None:
        self.scripts: list[Script] = []
        self.origins: list[str | None] = []

    async def handle(self, websocket: ServerConnection) -> None:
        assert websocket.request is not None
        self.origins.append(websocket.request.headers.get("Origin"))
        await self.scripts.pop(0)(Connection(websocket))
        await websocket.wait_closed()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    scripted = Server()
    async with serve(scripted.handle, "127.0.0.1", 0) as listening:
        scripted.url = f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}/ws"
        yield scripted


async def silent(connection: Connection) -> None:
    """Says nothing."""


async def test_a_call_gets_the_reply_with_its_id_and_no_other(server: Server) -> None:
    async def script(connection: Connection) -> None:
        first, second = await connection.command(), await connection.command()
        assert isinstance(first, StartQuiz)
        assert isinstance(second, SyncClock)
        await connection.say(Ok())
        await connection.say(Clock(t0=1, t1=2, t2=3, reply_to=str(second.id)))
        await connection.say(Ok(reply_to=str(first.id)))

    server.scripts = [script]
    async with QuizClient.connect(server.url) as client:
        started, clock = await asyncio.gather(client.call(StartQuiz(id="mine")), client.call(SyncClock(t0=1)))
    assert started == Ok(reply_to="mine")
    assert clock.t2 == 3


async def test_an_error_is_raised_with_its_code(server: Server) -> None:
    async def script(connection: Connection) -> None:
        await connection.command()
        await connection.say(Error(code=ErrorCode.WRONG_PHASE, message="not now", reply_to="a"))

    server.scripts = [script]
    async with QuizClient.connect(server.url) as client:
        with pytest.raises(CommandRefused, match="wrong_phase: not now") as caught:
            await client.call(StartQuiz(id="a"))
    assert caught.value.code is ErrorCode.WRONG_PHASE


async def test_expect_gives_each_message_once_in_order_and_leaves_other_types(server: Server) -> None:
    async def script(connection: Connection) -> None:
        for message in (Lobby(player_count=1), SessionLocked(seq=1, locked=True), Lobby(player_count=2)):
            await connection.say(message)

    server.scripts = [script]
    async with QuizClient.connect(server.url) as client:
        assert [(await client.expect(Lobby)).player_count for _ in range(2)] == [1, 2]
        assert (await client.expect(SessionLocked)).locked
        assert [type(message) for message in client.received] == [Lobby, SessionLocked, Lobby]


async def test_waiting_in_vain_tells_what_came_instead(server: Server) -> None:
    async def script(connection: Connection) -> None:
        await connection.say(Lobby(player_count=1))

    server.scripts = [script]
    async with QuizClient.connect(server.url) as client:
        await client.expect(Lobby)
        with pytest.raises(TimeoutError, match=r"Kicked.*Lobby"):
            await client.expect(Kicked, timeout_s=0.05)


async def test_what_was_said_before_the_close_is_received_and_then_the_connection_is_lost(server: Server) -> None:
    async def script(connection: Connection) -> None:
        await connection.say(Kicked(reason="by the host"))
        await connection.websocket.close(4501, "kicked")

    server.scripts = [script]
    async with QuizClient.connect(server.url) as client:
        assert await client.closed() == (4501, "kicked")
        assert (await client.expect(Kicked)).reason == "by the host"
        with pytest.raises(Lost, match="closed with 4501 kicked"):
            await client.expect(Lobby)
        with pytest.raises(Lost):
            await client.call(StartQuiz())


async def test_an_unanswered_command_is_called_again_with_its_id_after_resuming(server: Server) -> None:
    seen: list[object] = []

    async def breaks(connection: Connection) -> None:
        seen.append(await connection.command())
        connection.websocket.transport.abort()

    async def answers(connection: Connection) -> None:
        resume = await connection.command()
        assert isinstance(resume, ResumeSession)
        assert resume.token == "the token"
        await connection.say(Ok(reply_to=str(resume.id)))
        seen.append(await connection.command())
        await connection.say(Ok(reply_to=seen[-1].id))  # type: ignore[attr-defined]

    server.scripts = [breaks, answers]
    async with QuizClient.connect(server.url) as client:
        with pytest.raises(Lost) as caught:
            await client.call(StartQuiz())
        assert caught.value.code == 1006
        await client.resume("the token")
        assert isinstance(caught.value.command, StartQuiz)
        assert isinstance(await client.call(caught.value.command), Ok)
    assert seen[0] == seen[1]


async def test_a_dropped_connection_is_resumed_on_a_new_one(server: Server) -> None:
    async def answers(connection: Connection) -> None:
        resume = await connection.command()
        assert isinstance(resume, ResumeSession)
        await connection.say(Ok(reply_to=str(resume.id)))

    server.scripts = [silent, answers]
    async with QuizClient.connect(server.url) as client:
        await client.drop()
        assert await client.closed() == (1006, "")
        await client.resume("the token")
    assert server.scripts == []


async def test_a_log_is_asked_for_page_by_page(server: Server) -> None:
    async def script(connection: Connection) -> None:
        for cursor, text, following in (("", "one\n", "7:" + "0" * 64), ("7:" + "0" * 64, "two\n", None)):
            asked = await connection.command()
            assert isinstance(asked, GetLog)
            assert asked.cursor == cursor
            await connection.say(Log(text=text, next_cursor=following, reply_to=str(asked.id)))

    server.scripts = [script]
    async with QuizClient.connect(server.url) as client:
        assert await client.log() == "one\ntwo\n"


async def test_a_host_resumes_as_a_remote_and_gets_the_results(server: Server) -> None:
    async def script(connection: Connection) -> None:
        resume = await connection.command()
        assert isinstance(resume, ResumeSession)
        assert resume.remote
        await connection.say(Ok(reply_to=str(resume.id)))
        asked = await connection.command()
        assert isinstance(asked, GetResults)
        await connection.say(Results(title="t", questions=(), players=(), reply_to=str(asked.id)))

    server.scripts = [script]
    async with QuizClient.connect(server.url) as client:
        await client.resume("the token", remote=True)
        assert (await client.call(GetResults())).title == "t"


async def test_until_goes_by_the_clock_of_the_server(server: Server) -> None:
    ahead_ms = 3_600_000

    async def script(connection: Connection) -> None:
        while isinstance(command := await connection.command(), SyncClock):
            now = int(time.time() * 1000) + ahead_ms
            await connection.say(Clock(t0=command.t0, t1=now, t2=now, reply_to=str(command.id)))

    server.scripts = [script]
    async with QuizClient.connect(server.url) as client:
        moment = time.time() * 1000 + 60
        await client.until(int(moment + ahead_ms))
        assert 0 <= time.time() * 1000 - moment + 20 < 1000
        assert 0 <= await client.since(int(moment + ahead_ms)) < 1000
        assert await client.since(int(moment + ahead_ms) + 60_000) == 0
        await client.send(StartQuiz())


async def test_any_text_can_be_sent_as_it_is(server: Server) -> None:
    texts: list[str | bytes] = []

    async def script(connection: Connection) -> None:
        texts.extend([await connection.websocket.recv(), await connection.websocket.recv()])
        await connection.say(Ok())

    server.scripts = [script]
    async with QuizClient.connect(server.url, origin="https://quiz.example.org") as client:
        await client.send("{no json")
        await client.send(b"\x00\xff")
        await client.expect(Ok)
    assert texts == ["{no json", b"\x00\xff"]
    assert server.origins == ["https://quiz.example.org"]


async def test_a_server_that_breaks_the_protocol_is_not_overlooked(server: Server) -> None:
    async def script(connection: Connection) -> None:
        await connection.websocket.send('{"type":"surprise"}')

    server.scripts = [script]
    with pytest.raises(msgspec.ValidationError, match="surprise"):
        await expect_ok(server.url)


async def expect_ok(url: str) -> None:
    async with QuizClient.connect(url) as client:
        await client.expect(Ok)
