"""A hall full of players at one gateway: thousands of connections that do little, and measure broadcasts."""

import asyncio
import random
import time
from collections.abc import Sequence
from uuid import uuid4

from clients.loadtest.wire import Wire, WireError, open_wire
from clients.player import Client
from quickpoll.protocol import (
    Error,
    Joined,
    JoinSession,
    LockSession,
    Resumed,
    ResumeSession,
    decode_message,
    encode_command,
)
from tests.system.harness import allow_open_files

AT_ONCE = 100
HEARD_WITHIN_S = 20.0
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 4.0
BROADCAST = b'{"type":"session_locked"'


class Refused(Exception):
    """It could not enter; `retry_after_s` is when it may try again."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.retry_after_s = (error.retry_after_ms or 0) / 1000


class Seat:
    """One player's connection."""

    def __init__(self, url: str, code: str, name: str) -> None:
        self.token = ""
        self.away_s = 0.0
        """How long it was without a connection, the last time."""
        self.tries = 0
        self.heard_at: list[float] = []
        """When each broadcast came, in seconds of `time.perf_counter()`."""
        self.resumed: Resumed | None = None
        self._url = url
        self._enters = JoinSession(id=uuid4().hex, code=code, name=name)
        self._entered: asyncio.Future[None]
        self._wire: Wire | None = None

    async def enter(self) -> None:
        """Joins, or resumes on a new connection.

        Raises:
            Refused: the server said no.
            WireError, OSError: it did not get there.
        """
        self._entered = asyncio.get_running_loop().create_future()
        self._wire = await open_wire(self._url, self._received)
        again = ResumeSession(id=uuid4().hex, token=self.token)
        self._wire.send(encode_command(again if self.token else self._enters))
        await asyncio.wait((self._entered, self._wire.ended), return_when=asyncio.FIRST_COMPLETED)
        if not self._entered.done():
            raise WireError("closed before the reply")
        self._entered.result()

    async def come_back(self, rng: random.Random) -> None:
        """Reconnects as pages do: after a random time that grows with each try."""
        began_at, self.tries = time.perf_counter(), 0
        while True:
            await asyncio.sleep(rng.uniform(0, min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**self.tries)))
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

    def break_off(self) -> None:
        """Its connection ends without a word."""
        if self._wire:
            self._wire.break_off()

    def _received(self, text: bytes, _size: int, at: float) -> None:
        if text.startswith(BROADCAST):
            self.heard_at.append(at)
        elif not self._entered.done():
            message = decode_message(text)
            if isinstance(message, Joined):
                self.token = message.player_token
            elif isinstance(message, Resumed):
                self.resumed = message
            elif isinstance(message, Error):
                self._entered.set_exception(Refused(message))
                return
            else:
                return
            self._entered.set_result(None)


class Hall:
    """Everyone in one session."""

    def __init__(self, url: str, code: str, players: int) -> None:
        allow_open_files()
        self.seats = [Seat(url, code, f"Player {number}") for number in range(players)]

    async def fill(self) -> None:
        """All join, some at a time."""
        waiting = list(self.seats)

        async def usher() -> None:
            while waiting:
                await waiting.pop().enter()

        await asyncio.gather(*(usher() for _ in range(AT_ONCE)))

    async def p99_ms(self, host: Client, broadcasts: int, every_s: float) -> float:
        """The 99th percentile of the time from the host's command to a player's socket."""
        took: list[float] = []
        for number in range(broadcasts):
            for seat in self.seats:
                seat.heard_at.clear()
            sent = time.perf_counter()
            await host.call(LockSession(locked=number % 2 == 0))
            async with asyncio.timeout(HEARD_WITHIN_S):
                while not all(seat.heard_at for seat in self.seats):  # noqa: ASYNC110  (thousands of sockets)
                    await asyncio.sleep(0.01)
            took += [seat.heard_at[0] - sent for seat in self.seats]
            await asyncio.sleep(every_s)
        return percentile(took, 0.99) * 1000

    def empty(self) -> None:
        """All leave without a word."""
        for seat in self.seats:
            seat.break_off()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which so large a share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
