"""Players who join a session and then only listen."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from clients.loadtest.host import Host
from clients.loadtest.wire import Wire, open_wire
from quickpoll.protocol import (
    CreateSession,
    JoinSession,
    LeaveSession,
    Option,
    Quiz,
    Settings,
    SingleQuestion,
    StartQuiz,
    encode_command,
)

AT_ONCE: Final = 50
PATIENCE_S: Final = 60.0
SEATS: Final = 2000
"""In a session, also for players who come later."""
QUIZ: Final = Quiz("Benchmark", (SingleQuestion("?", (Option("Yes", True), Option("No")), time_limit_ms=2000),))


class BenchSeat:
    """A player that has joined. Texts of interest are kept with the seconds of `time.time()` at their arrival."""

    def __init__(self) -> None:
        self.heard: dict[bytes, tuple[bytes, float]] = {}
        """The last message of each type of interest, by the start of its text."""
        self.wire: Wire
        self._reply: asyncio.Future[None]

    async def join(self, url: str, code: str, name: str) -> None:
        """Raises ConnectionRefusedError if it is not let in, TimeoutError without a reply."""
        self.wire = await open_wire(url, self._received)
        await self._call(JoinSession(code=code, name=name))

    async def leave(self) -> None:
        """Leaves the session and hangs up."""
        await self._call(LeaveSession())
        self.wire.close()

    async def _call(self, command: JoinSession | LeaveSession) -> None:
        self._reply = asyncio.get_running_loop().create_future()
        self.wire.send(encode_command(command))
        async with asyncio.timeout(PATIENCE_S):
            await self._reply

    def _received(self, text: bytes, _size: int, _at: float) -> None:
        if text.startswith((b'{"type":"joined"', b'{"type":"ok"')):
            self._reply.set_result(None)
        elif text.startswith(b'{"type":"error"'):
            self._reply.set_exception(ConnectionRefusedError(text.decode()))
        elif text.startswith((b'{"type":"new_question"', b'{"type":"question_results"')):
            self.heard[text[:20]] = (text, time.time())


@dataclass
class Seated:
    """A session with its players."""

    code: str
    host: Host
    seats: list[BenchSeat] = field(default_factory=list)

    async def start(self) -> None:
        """The host starts the quiz."""
        await self.host.call(StartQuiz())


@asynccontextmanager
async def seated(urls: Sequence[str], players: int, turn: int = 0, lead_ms: int = 500) -> AsyncIterator[Seated]:
    """A session in its lobby with so many players. Answers on their way are not waited for."""
    host = Host(tuple(urls), turn)
    settings = Settings(max_players=max(SEATS, players), lead_ms=lead_ms, grace_ms=0)
    session = Seated(await host.create(CreateSession(quiz=QUIZ, settings=settings)), host)
    places = asyncio.Semaphore(AT_ONCE)

    async def sit(number: int) -> None:
        async with places:
            seat = BenchSeat()
            await seat.join(urls[(turn + number) % len(urls)], session.code, f"Player {number}")
            session.seats.append(seat)

    await asyncio.gather(*(sit(number) for number in range(players)))
    try:
        yield session
    finally:
        for seat in session.seats:
            seat.wire.break_off()
        host.close()
