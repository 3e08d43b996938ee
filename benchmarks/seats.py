"""Players who join a session and then only listen."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from clients.loadtest.wire import Wire, open_wire
from clients.player import Client
from quickpoll.protocol import CreateSession, JoinSession, Option, Question, Quiz, Settings, encode_command

AT_ONCE: Final = 50
PATIENCE_S: Final = 60.0
QUIZ: Final = Quiz("Benchmark", (Question("single", "?", (Option("Yes", True), Option("No"))),))


@asynccontextmanager
async def seated(urls: Sequence[str], players: int) -> AsyncIterator[str]:
    """A session in its lobby with so many players; its code."""
    async with Client.connect(urls[0]) as host:
        created = await host.call(CreateSession(quiz=QUIZ, settings=Settings(max_players=players)))
        places = asyncio.Semaphore(AT_ONCE)

        async def sit(number: int) -> Wire:
            async with places:
                return await join(urls[number % len(urls)], created.code, f"Player {number}")

        wires = await asyncio.gather(*(sit(number) for number in range(players)))
        try:
            yield created.code
        finally:
            for wire in wires:
                wire.break_off()


async def join(url: str, code: str, name: str) -> Wire:
    """A player that has joined.

    Raises:
        TimeoutError: it was not let in.
    """
    joined = asyncio.Event()

    def received(text: bytes, _size: int, _at: float) -> None:
        if text.startswith(b'{"type":"joined"'):
            joined.set()

    wire = await open_wire(url, received)
    wire.send(encode_command(JoinSession(code=code, name=name)))
    async with asyncio.timeout(PATIENCE_S):
        await joined.wait()
    return wire
