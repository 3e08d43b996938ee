"""The lean WebSocket understands whatever a server may write, and in whatever pieces it comes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from websockets.asyncio.server import ServerConnection, serve

from clients.loadtest.wire import Wire, WireError, open_wire

Handler = Callable[[ServerConnection], Awaitable[None]]


class Inbox:
    """Messages as they come."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[bytes] = asyncio.Queue()
        self.sizes: list[int] = []

    def received(self, text: bytes, size: int, _at: float) -> None:
        self.messages.put_nowait(text)
        self.sizes.append(size)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def server() -> AsyncIterator["Server"]:
    running = Server()
    async with serve(running.handle, "127.0.0.1", 0, compression=None) as listening:
        running.url = f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}/ws"
        yield running


class Server:
    url = ""
    handler: Handler

    async def handle(self, websocket: ServerConnection) -> None:
        await self.handler(websocket)


async def test_messages_of_every_length_come_whole_and_go_masked(server: Server, inbox: Inbox) -> None:
    lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]

    async def echo(websocket: ServerConnection) -> None:
        async for message in websocket:
            await websocket.send(message)

    server.handler = echo
    wire = await open_wire(server.url, inbox.received)
    for length in lengths:
        wire.send(b"x" * length)
    assert [len(await inbox.messages.get()) for _ in lengths] == lengths
    assert inbox.sizes == [2, 3, 127, 130, 131, 65_539, 65_546, 200_010]
    wire.close()
    assert await wire.ended == 1000


async def test_a_ping_is_answered(server: Server, inbox: Inbox) -> None:
    async def ping(websocket: ServerConnection) -> None:
        await (await websocket.ping())
        await websocket.send("alive")

    server.handler = ping
    wire = await open_wire(server.url, inbox.received)
    assert await inbox.messages.get() == b"alive"
    assert await wire.ended == 1000


async def test_the_close_code_of_the_server_is_told(server: Server, inbox: Inbox) -> None:
    async def kick(websocket: ServerConnection) -> None:
        await websocket.close(4501, "kicked")

    server.handler = kick
    wire = await open_wire(server.url, inbox.received)
    assert await wire.ended == 4501


async def test_a_broken_connection_ends_with_1006(server: Server, inbox: Inbox) -> None:
    async def drop(websocket: ServerConnection) -> None:
        websocket.transport.abort()

    server.handler = drop
    wire = await open_wire(server.url, inbox.received)
    assert await wire.ended == 1006
    wire.close()


async def test_frames_split_anywhere_give_the_same_messages(inbox: Inbox) -> None:
    stream = b"\x81\x05hello" + b"\x81\x7e\x00\x80" + b"y" * 128 + b"\x81\x00" + b"\x81\x02ok"
    wire = Wire("localhost", "/ws", inbox.received)
    wire.opened.set_result(None)
    for byte in stream:
        wire.data_received(bytes([byte]))
    assert [inbox.messages.get_nowait() for _ in range(4)] == [b"hello", b"y" * 128, b"", b"ok"]


@pytest.mark.parametrize("answer", [b"HTTP/1.1 403 Forbidden\r\n\r\n", b"HTTP/1.1 101 Yes\r\n\r\n", b""])
async def test_a_server_that_opens_no_websocket_is_named_so(answer: bytes, inbox: Inbox) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(WireError):
            await open_wire(f"ws://127.0.0.1:{port}/ws", inbox.received)


async def test_a_binary_frame_is_not_taken(server: Server, inbox: Inbox) -> None:
    async def binary(websocket: ServerConnection) -> None:
        await websocket.send(b"\x00")
        await websocket.wait_closed()

    server.handler = binary
    wire = await open_wire(server.url, inbox.received)
    assert await wire.ended == 1002
    assert inbox.messages.empty()


async def test_a_connection_that_is_broken_off_ends_without_a_goodbye(server: Server, inbox: Inbox) -> None:
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def wait(websocket: ServerConnection) -> None:
        await websocket.wait_closed()
        ended.set_result(websocket.close_code or 0)

    server.handler = wait
    wire = await open_wire(server.url, inbox.received)
    wire.break_off()
    assert (await wire.ended, await ended) == (1006, 1006)
