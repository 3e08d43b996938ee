"""A hall full of players at one gateway: thousands of connections that do little, and measure broadcasts."""

import asyncio
import random
import time
from collections.abc import Awaitable, Sequence
from uuid import uuid4

from clients.loadtest.wire import Wire, WireError
from quickpoll.protocol import (
    AnswerAccepted,
    AnyServerMessage,
    Broadcast,
    Error,
    Joined,
    JoinSession,
    Resumed,
    ResumeSession,
    SubmitAnswer,
    decode_message,
    encode_command,
)
from tests.chaos.person import reach
from tests.system.harness import allow_open_files

AT_ONCE = 100
HEARD_WITHIN_S = 20.0
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 4.0
NOTHING = b"\0"


class Refused(Exception):
    """It could not enter; `retry_after_s` is when it may try again."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.retry_after_s = (error.retry_after_ms or 0) / 1000


class Seat:
    """One player's connection."""

    def __init__(self, hall: "Hall", name: str) -> None:
        self.told: Joined | Resumed | None = None
        """What the session was when it entered, the last time."""
        self.player_id = ""
        self.away_s = 0.0
        """How long it was without a connection, the last time."""
        self.tries = 0
        self.wire: Wire | None = None
        self._hall = hall
        self._rng = random.Random(name)
        self._enters = JoinSession(id=uuid4().hex, code=hall.code, name=name)
        self._token = ""
        self._asked: str | None = None
        self._reply: asyncio.Future[AnyServerMessage]

    async def enter(self) -> None:
        """Joins, or resumes on a new connection.

        Raises:
            Refused: the server said no.
            WireError, OSError: it did not get there.
        """
        self.wire = await reach(self._hall.url, self._received)
        await self.wire.opened
        reply = await self._ask(ResumeSession(id=uuid4().hex, token=self._token) if self._token else self._enters)
        if isinstance(reply, Error):
            raise Refused(reply)
        assert isinstance(reply, Joined | Resumed), reply
        self.told = reply
        if isinstance(reply, Joined):
            self._token, self.player_id = reply.player_token, reply.player_id

    async def come_back(self) -> None:
        """Reconnects as pages do: after a random time that grows with each try."""
        began_at, self.tries = time.perf_counter(), 0
        while True:
            await asyncio.sleep(self._rng.uniform(0, min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**self.tries)))
            self.tries += 1
            try:
                await self.enter()
            except Refused as refused:
                await asyncio.sleep(refused.retry_after_s)
            except (WireError, OSError):
                pass
            else:
                break
        self.away_s = time.perf_counter() - began_at

    async def answer(self, question: int, option: int) -> None:
        """Answers a question, which must be accepted; raises WireError if no reply comes."""
        reply = await self._ask(SubmitAnswer(id=uuid4().hex, question=question, answer=option))
        assert isinstance(reply, AnswerAccepted), reply

    def break_off(self) -> None:
        """Its connection ends without a word."""
        if self.wire:
            self.wire.break_off()

    async def _ask(self, command: JoinSession | ResumeSession | SubmitAnswer) -> AnyServerMessage:
        assert self.wire is not None
        wire = self.wire
        reply: asyncio.Future[AnyServerMessage] = asyncio.get_running_loop().create_future()
        self._asked, self._reply = command.id, reply
        wire.send(encode_command(command))
        await asyncio.wait((reply, wire.ended), return_when=asyncio.FIRST_COMPLETED)
        if not reply.done():
            raise WireError("closed before the reply")
        return reply.result()

    def _received(self, text: bytes, _size: int, at: float) -> None:
        if text.startswith(self._hall.listens_for):
            self._hall.heard(self, at)
        elif self._asked:
            message = decode_message(text)
            if message.reply_to == self._asked:
                self._asked = None
                self._reply.set_result(message)


class Hall:
    """Players of one session, silent unless they are told to answer."""

    def __init__(self, url: str, code: str, players: int) -> None:
        allow_open_files()
        self.url = url
        self.code = code
        self.seats = [Seat(self, f"Seat {number}") for number in range(players)]
        self.listens_for = NOTHING
        """How the message begins that is measured now."""
        self._waits_for: set[Seat] = set()
        self._heard_at: list[float] = []
        self._all_heard = asyncio.Event()

    async def fill(self, seats: Sequence[Seat]) -> None:
        """They join, some at a time."""
        waiting = list(seats)

        async def usher() -> None:
            while waiting:
                await waiting.pop().enter()

        await asyncio.gather(*(usher() for _ in range(AT_ONCE)))

    async def hear(self, kind: type[Broadcast], command: Awaitable[object]) -> list[float]:
        """Awaits a command; after how many seconds each who is seated has the broadcast that follows from it."""
        self._waits_for, self._heard_at = {seat for seat in self.seats if seat.told}, []
        self._all_heard.clear()
        self.listens_for = f'{{"type":"{kind.__struct_config__.tag}"'.encode()
        began_at = time.perf_counter()
        await command
        async with asyncio.timeout(HEARD_WITHIN_S):
            await self._all_heard.wait()
        self.listens_for = NOTHING
        return [at - began_at for at in self._heard_at]

    def heard(self, seat: Seat, at: float) -> None:
        """What is measured has come, in seconds of `time.perf_counter()`."""
        if seat in self._waits_for:
            self._waits_for.remove(seat)
            self._heard_at.append(at)
            if not self._waits_for:
                self._all_heard.set()

    def empty(self) -> None:
        """All leave without a word."""
        for seat in self.seats:
            seat.break_off()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which so large a share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
